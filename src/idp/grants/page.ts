/** The login page: the user enters a subject and may edit the claims of the tokens. There is no password. */

import { isObject, JsonError, type JsonLimits, readJson } from '../../kernel/json.ts';
import { table } from '../../kernel/table.ts';
import { OAuthError } from './oauth-error.ts';
import type { Form, ProviderReply } from './provider.ts';

interface PageContent {
  readonly title: string;
  readonly note?: string;
  /** URL the form is sent to; without it the page has no form. */
  readonly action?: string;
  /** Hidden form fields. */
  readonly hidden?: readonly (readonly [string, string])[];
  /** Initial value of the user code field; undefined: no such field. */
  readonly userCode?: string;
  readonly mayDeny?: boolean;
  /** Initial value of the subject field. */
  readonly login?: string;
}

const ESCAPES: Readonly<Record<string, string>> = table({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
});

/** Escapes text for HTML content and attributes. */
const htmlText = (text: string): string => text.replaceAll(/[&<>"']/g, character => ESCAPES[character] ?? '');

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#1b1f24}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input,textarea{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #8c959f;border-radius:.375rem}
textarea{font-family:ui-monospace,monospace;min-height:8rem}
button{font:inherit;margin:1.25rem .5rem 0 0;padding:.5rem 1.25rem;border:1px solid #1f6feb;border-radius:.375rem;background:#1f6feb;color:#fff}
button[name]{background:#fff;color:#1b1f24;border-color:#8c959f}`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  // Not no-referrer: with it, browsers send the form with the origin "null", like a cross-site request.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export function page(content: PageContent, status = 200): ProviderReply {
  const { title, note = '', action } = content;
  const body = action === undefined ? `<p>${htmlText(note)}</p>` : form(content, action);
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${htmlText(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${htmlText(title)}</h1>${body}</main></body></html>
`;
  return { status, headers: HEADERS, body: html };
}

function form({ hidden = [], userCode, mayDeny, login = '' }: PageContent, action: string): string {
  const hiddenFields = hidden.map(
    ([name, value]) => `<input type="hidden" name="${htmlText(name)}" value="${htmlText(value)}">`,
  );
  const device =
    userCode === undefined
      ? ''
      : `<label for="user_code">Device code</label><input id="user_code" name="user_code" required value="${htmlText(userCode)}">`;
  const deny = mayDeny === true ? '<button name="deny" value="1">Deny</button>' : '';
  return `<form method="post" action="${htmlText(action)}">${hiddenFields.join('')}${device}
<label for="login">Subject (sub)</label><input id="login" name="login" required autofocus value="${htmlText(login)}">
<label for="claims">Additional claims (JSON)</label>
<textarea id="claims" name="login_claims" spellcheck="false">{
  "email": "user@example.com",
  "email_verified": true
}</textarea>
<button>Continue</button>${deny}</form>`;
}

const CLAIMS: JsonLimits = { size: 100_000, depth: 100, values: 10_000 };

/** Reads the subject and claims of the form; throws OAuthError for a missing subject or invalid claims. */
export function readLogin(form: Form): Readonly<Record<string, unknown>> {
  const sub = form.get('login') ?? '';
  if (sub === '') throw new OAuthError('invalid_request', 'the subject (sub) is missing');
  const text = form.get('login_claims') ?? '';
  let claims: unknown;
  try {
    claims = text.trim() === '' ? {} : readJson(text, CLAIMS);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const why =
      error.code === 'not-json'
        ? 'the additional claims are not JSON'
        : `the text of the additional claims ${error.message}`;
    throw new OAuthError('invalid_request', why);
  }
  if (!isObject(claims)) throw new OAuthError('invalid_request', 'the additional claims are not a JSON object');
  return { ...claims, sub };
}
