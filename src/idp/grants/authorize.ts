/** The authorization endpoint (RFC 6749 §4.1, OIDC Core §3.1.2): checks in order, then the login page, then a code. */
import { isForeignNavigation, isForeignPage } from '../../kernel/web-origin.ts';
import { MINT_REFUSAL } from '../mint/mint-rights.ts';
import { checkRedirect } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { page, readLogin } from './page.ts';
import {
  type Endpoint,
  type ProviderDeps,
  type ProviderReply,
  type ProviderRequest,
  requiredParameter,
  scopesOf,
} from './provider.ts';

/** In seconds. */
const CODE_LIFETIME = 60;

/** Request parameters that the login page repeats as hidden fields. */
const REPEATED_PARAMETERS = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'audience',
  'resource',
];

/** Checks, in order, whose errors are sent to the client by redirect. */
const CHECKS: readonly ((request: ProviderRequest) => void)[] = [checkResponseType, checkPkce, checkPrompt];

export const authorizationEndpoint: Endpoint = (request, deps) => {
  const { form, issuer, method } = request;
  const clientId = requiredParameter(form, 'client_id');
  const redirectUri = requiredParameter(form, 'redirect_uri');
  checkRedirect(request, clientId, redirectUri);
  try {
    for (const check of CHECKS) check(request);
    const isAnswered = method === 'POST' && form.has('login');
    if (isAnswered) return issueCode(request, deps, clientId, redirectUri, readLogin(ownForm(request)));
    const hint = form.get('login_hint');
    if (form.get('prompt') === 'none' && hint !== undefined)
      return issueCode(request, deps, clientId, redirectUri, { sub: hint });
    const hidden = REPEATED_PARAMETERS.flatMap((name): [string, string][] =>
      form.has(name) ? [[name, form.get(name) ?? '']] : [],
    );
    return page({
      title: `Log in at ${issuer.preset.title}`,
      action: request.address,
      hidden,
      login: hint ?? 'user-123',
    });
  } catch (error) {
    if (error instanceof OAuthError)
      return redirect(redirectUri, request, { error: error.code, error_description: error.message });
    throw error;
  }
};

/** Refuses a login form that another site sent (login CSRF). */
function ownForm({ headers, form }: ProviderRequest): ProviderRequest['form'] {
  if (!isForeignPage(headers)) return form;
  throw new OAuthError('access_denied', 'the login form was sent from another site');
}

function checkResponseType({ form }: ProviderRequest): void {
  const type = requiredParameter(form, 'response_type');
  if (type !== 'code') throw new OAuthError('unsupported_response_type', `response_type must be code, not ${type}`);
  const mode = form.get('response_mode') ?? 'query';
  if (mode !== 'query') throw new OAuthError('invalid_request', `response_mode must be query, not ${mode}`);
}

function checkPkce({ form }: ProviderRequest): void {
  const challenge = form.get('code_challenge');
  if (challenge === undefined) return;
  if (form.get('code_challenge_method') !== 'S256')
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256');
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge))
    throw new OAuthError('invalid_request', 'code_challenge must be 43 characters of base64url');
}

/**
 * The provider keeps no login sessions, so prompt=none logs in the subject of login_hint. A page that navigates the
 * browser here must not do this: it would log in the user unnoticed, as a subject of its choice.
 */
function checkPrompt({ form, headers, rights }: ProviderRequest): void {
  if (form.get('prompt') !== 'none') return;
  if (!form.has('login_hint')) throw new OAuthError('login_required', 'prompt=none requires a login_hint');
  if (isForeignNavigation(headers))
    throw new OAuthError('login_required', 'prompt=none is refused for requests from a page of another origin');
  if (!rights.mayMint) throw new OAuthError('login_required', MINT_REFUSAL);
}

function issueCode(
  request: ProviderRequest,
  deps: ProviderDeps,
  clientId: string,
  redirectUri: string,
  claims: Readonly<Record<string, unknown>>,
): ProviderReply {
  const { form, issuer } = request;
  const optional = (member: string, name: string): Readonly<Record<string, string>> => {
    const value = form.get(name);
    return value === undefined ? {} : { [member]: value };
  };
  const grant = {
    issuerId: issuer.id,
    clientId,
    redirectUri,
    scopes: scopesOf(form),
    claims,
    authTime: Math.floor(deps.clock.now() / 1000),
    ...optional('challenge', 'code_challenge'),
    ...optional('nonce', 'nonce'),
    ...optional('audience', 'resource'),
    ...optional('audience', 'audience'),
  };
  return redirect(redirectUri, request, { code: deps.sealed.create('authorization-code', grant, CODE_LIFETIME) });
}

/** Includes `iss` against mix-up attacks (RFC 9207). */
function redirect(
  redirectUri: string,
  { form, issuer }: ProviderRequest,
  members: Readonly<Record<string, string>>,
): ProviderReply {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(members)) url.searchParams.set(name, value);
  const state = form.get('state');
  if (state !== undefined) url.searchParams.set('state', state);
  url.searchParams.set('iss', issuer.iss);
  return { status: 303, headers: { location: url.href }, body: '' };
}
