/** A minimal browser for login pages: follows redirects, keeps cookies, and submits the form of a page. */

export interface Page {
  readonly status: number;
  readonly url: URL;
  readonly html: string;
}

export interface Browser {
  /** Opens an address and follows redirects. Returns a URL that starts with `until` without opening it. */
  open(url: URL | string): Promise<Page>;
  /** Submits the form of a page with these field values. */
  submit(page: Page, fields?: Readonly<Record<string, string>>): Promise<Page>;
}

const MAX_REDIRECTS = 10;
const ENTITIES: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
};
const plain = (text: string): string => text.replaceAll(/&(?:quot|#39|lt|gt|amp);/g, entity => ENTITIES[entity] ?? '');

/** The attributes of a tag. */
const attributes = (tag: string): ReadonlyMap<string, string> =>
  new Map([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, plain(value)]));

/** `until`: prefix of the client's URLs. A redirect to such a URL ends the login at the provider. */
export function createBrowser(until: string): Browser {
  const cookies = new Map<string, string>();
  const go = async (url: URL, body: URLSearchParams | undefined, redirects: number): Promise<Page> => {
    if (url.href.startsWith(until)) return { status: 0, url, html: '' };
    if (redirects > MAX_REDIRECTS) throw new Error(`too many redirects, the last one to ${url.href}`);
    const answer = await fetch(url, {
      ...(body === undefined ? {} : { method: 'POST', body }),
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = answer.headers.get('location');
    const html = await answer.text();
    return location === null
      ? { status: answer.status, url, html }
      : go(new URL(location, url), undefined, redirects + 1);
  };
  return {
    open: url => go(new URL(url), undefined, 0),
    submit(page, fields = {}) {
      const form = attributes(/<form[^>]*>/.exec(page.html)?.[0] ?? '');
      const body = new URLSearchParams();
      for (const [tag] of page.html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
        const input = attributes(tag);
        body.set(input.get('name') ?? '', input.get('value') ?? '');
      }
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return go(new URL(form.get('action') ?? '', page.url), body, 0);
    },
  };
}
