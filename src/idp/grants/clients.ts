/** Who asks: client authentication (RFC 6749 §2.3), and where codes may be sent. */
import { isLoopback } from '../../kernel/address.ts';
import { credentialsOf, isSameSecret } from '../../kernel/authorization.ts';
import { readBase64 } from '../../kernel/base64.ts';
import { readUrl } from '../../kernel/url.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import type { ClientDeclaration } from '../types.ts';
import { OAuthError } from './oauth-error.ts';
import type { ProviderRequest } from './provider.ts';

export interface Client {
  readonly clientId: string;
  /** Did it prove a secret? */
  readonly isConfidential: boolean;
}

/** The client of a token request; an issuer that declares no clients knows every one that names itself. */
export function authenticate(request: ProviderRequest): Client {
  const { clientId, secret } = credentials(request);
  const declared = declaredClient(request.issuer, clientId);
  if (declared === undefined) return { clientId, isConfidential: secret !== undefined };
  // A secret that nobody gave to a public client proves nothing.
  if (declared.clientSecret === undefined) return { clientId, isConfidential: false };
  if (secret === undefined || !isSameSecret(secret, declared.clientSecret)) {
    throw new OAuthError('invalid_client', `the secret of ${clientId} is missing or wrong`);
  }
  return { clientId, isConfidential: true };
}

function credentials({ headers, form }: ProviderRequest): {
  readonly clientId: string;
  readonly secret: string | undefined;
} {
  const encoded = credentialsOf(headers.authorization, 'basic');
  if (encoded !== undefined) {
    if (form.has('client_secret'))
      throw new OAuthError('invalid_request', 'the client authenticates in two ways at once');
    const [id = '', ...secret] = (readBase64(encoded, 'base64') ?? '').toString().split(':');
    if (id === '' || secret.length === 0)
      throw new OAuthError('invalid_client', 'the Authorization header is unreadable');
    const clientId = formDecode(id);
    if ((form.get('client_id') ?? clientId) !== clientId)
      throw new OAuthError('invalid_request', 'client_id is not the client of the Authorization header');
    return { clientId, secret: formDecode(secret.join(':')) };
  }
  const clientId = form.get('client_id') ?? '';
  if (clientId === '') throw new OAuthError('invalid_client', 'the client does not say who it is');
  return { clientId, secret: form.get('client_secret') };
}

/** Id and secret are form-encoded before they are put together (RFC 6749 §2.3.1). */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A percent sign that begins no escape.
    throw new OAuthError('invalid_client', 'the Authorization header is not form-encoded');
  }
}

/** Undefined when the issuer declares no clients; throws for one it does not declare. */
function declaredClient(issuer: HostedIssuer, clientId: string): ClientDeclaration | undefined {
  if (issuer.clients.length === 0) return undefined;
  const client = issuer.clients.find(declared => declared.clientId === clientId);
  if (client !== undefined) return client;
  throw new OAuthError('invalid_client', `${issuer.id} has no client ${clientId}`);
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Throws when a browser must not be sent there; the answer then is a page, not a redirect (RFC 9700 §4.1). Who registered
 * no addresses is not sent back to this server: what a page of its own leads to is trusted more than what others do.
 */
export function checkRedirect(request: ProviderRequest, clientId: string, redirectUri: string): void {
  const declared = declaredClient(request.issuer, clientId);
  const url = readUrl(redirectUri);
  if (url === undefined)
    throw new OAuthError('invalid_request', 'redirect_uri is not an absolute URL of 2,048 characters at most');
  if (url.hash !== '' || redirectUri.includes('#'))
    throw new OAuthError('invalid_request', 'redirect_uri has a fragment');
  if (declared?.redirectUris === undefined) {
    const isWeb = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
    const isApplication = url.protocol.includes('.');
    if ([request.address, request.base].some(own => isSameServer(own, url)))
      throw new OAuthError('invalid_request', 'redirect_uri leads back to this server');
    if (isWeb || isApplication) return;
    throw new OAuthError(
      'invalid_request',
      'redirect_uri is https, a loopback address or an application of the client',
    );
  }
  if (declared.redirectUris.some(registered => isRegistered(registered, redirectUri, url))) return;
  throw new OAuthError('invalid_request', `redirect_uri is none of those registered for ${clientId}`);
}

/** Loopback names are names of one machine; of those the port says which server is meant. */
function isSameServer(address: string, url: URL): boolean {
  const own = readUrl(address.split('/', 3).join('/'));
  // A Host that is in no URL is in no address of a browser.
  if (own === undefined) return false;
  const isHere = isLoopback(own.hostname) && isLoopback(url.hostname);
  return own.host === url.host || (isHere && portOf(own) === portOf(url));
}

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');

/** Byte for byte, but for the port of loopback addresses (RFC 8252 §7.3). */
function isRegistered(registered: string, given: string, url: URL): boolean {
  if (registered === given) return true;
  if (!URL.canParse(registered) || !LOOPBACK.has(url.hostname)) return false;
  const wanted = new URL(registered);
  return (
    wanted.protocol === url.protocol &&
    wanted.hostname === url.hostname &&
    wanted.pathname + wanted.search === url.pathname + url.search
  );
}
