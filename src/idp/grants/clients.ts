/** Client authentication by a secret (RFC 6749 §2.3) or an assertion (RFC 7523 §2.2), and validation of redirect URIs. */
import { hash } from 'node:crypto';
import { isLoopback } from '../../kernel/address.ts';
import { isSameSecret, parseCredentials } from '../../kernel/authorization.ts';
import { readBase64 } from '../../kernel/base64.ts';
import { toText } from '../../kernel/table.ts';
import { readUrl } from '../../kernel/url.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import { readJwt, verifyJwt } from '../keys/verify.ts';
import type { ClientDeclaration, Members } from '../types.ts';
import { OAuthError } from './oauth-error.ts';
import type { ProviderDeps, ProviderRequest } from './provider.ts';
import { sentenceOf } from './verify-token.ts';

export interface Client {
  readonly clientId: string;
  /** Whether the client authenticated, with a secret or an assertion. */
  readonly isConfidential: boolean;
}

/** Authenticates the client of a token request; an issuer without declared clients accepts any client_id. */
export async function authenticate(request: ProviderRequest, deps: ProviderDeps): Promise<Client> {
  const assertion = request.form.get('client_assertion');
  if (assertion !== undefined) return { clientId: await asserted(request, assertion, deps), isConfidential: true };
  const { clientId, secret } = credentials(request);
  const declared = declaredClient(request.issuer, clientId);
  if (declared === undefined) return { clientId, isConfidential: secret !== undefined };
  if (declared.clientSecret === undefined) {
    if (declared.jwks !== undefined) throw new OAuthError('invalid_client', `the assertion of ${clientId} is missing`);
    // A public client has no secret, so a secret that it sends proves nothing.
    return { clientId, isConfidential: false };
  }
  if (secret === undefined || !isSameSecret(secret, declared.clientSecret)) {
    throw new OAuthError('invalid_client', `the secret of ${clientId} is missing or wrong`);
  }
  return { clientId, isConfidential: true };
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Maximum validity of an assertion in seconds. RFC 7523 §3 allows a limit, and used assertions are stored until they expire. */
const MAX_ASSERTION_VALIDITY = 86_400;
const MAX_JTI_LENGTH = 255;

/**
 * The client of an assertion: a JWT about itself, for this issuer or endpoint, signed with one of its declared keys. Its
 * `jti` can be used once (OIDC Core §9).
 */
async function asserted(request: ProviderRequest, assertion: string, deps: ProviderDeps): Promise<string> {
  const { headers, form, issuer, base, path } = request;
  if (form.get('client_assertion_type') !== ASSERTION_TYPE)
    throw new OAuthError('invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}`);
  if (form.has('client_secret') || parseCredentials(headers.authorization, 'basic') !== undefined)
    throw new OAuthError('invalid_request', 'the request uses two client authentication methods');
  const claims = readJwt(assertion)?.claims;
  if (claims === undefined) throw new OAuthError('invalid_client', 'the assertion is not a JWT');
  const clientId = toText(claims['sub']);
  if ((form.get('client_id') ?? clientId) !== clientId)
    throw new OAuthError('invalid_client', 'client_id does not match the client of the assertion');
  const jwks = declaredClient(issuer, clientId)?.jwks;
  if (jwks === undefined) throw new OAuthError('invalid_client', `no keys are declared for ${clientId}`);
  const now = deps.clock.now();
  const verdict = await verifyJwt(assertion, jwks, {
    currentDate: new Date(now),
    issuer: clientId,
    subject: clientId,
    audience: [issuer.iss, base, base + path],
  });
  if (verdict !== 'valid') throw new OAuthError('invalid_client', sentenceOf('assertion', verdict));
  useOnce(claims, { issuerId: issuer.id, clientId, now: now / 1000 }, deps);
  return clientId;
}

/** Stores a verified assertion as used; throws OAuthError if it was used before, or cannot be stored. `now`: seconds. */
function useOnce(
  { jti, exp }: Members,
  { issuerId, clientId, now }: { readonly issuerId: string; readonly clientId: string; readonly now: number },
  { usedAssertions }: ProviderDeps,
): void {
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH)
    throw new OAuthError(
      'invalid_client',
      `the claim jti of the assertion must be a string of 1 to ${MAX_JTI_LENGTH} characters`,
    );
  // `exp` is a number: it was verified.
  const until = Number(exp);
  if (until - now > MAX_ASSERTION_VALIDITY)
    throw new OAuthError('invalid_client', 'the assertion expires more than 24 hours after the time of the server');
  const id = hash('sha256', JSON.stringify([issuerId, clientId, jti]), 'base64url');
  if (usedAssertions.has(id, until)) throw new OAuthError('invalid_client', 'the assertion was already used');
  usedAssertions.add(id, until, now);
}

function credentials({ headers, form }: ProviderRequest): {
  readonly clientId: string;
  readonly secret: string | undefined;
} {
  const encoded = parseCredentials(headers.authorization, 'basic');
  if (encoded !== undefined) {
    if (form.has('client_secret'))
      throw new OAuthError('invalid_request', 'the request uses two client authentication methods');
    const [id = '', ...secret] = (readBase64(encoded, 'base64') ?? '').toString().split(':');
    if (id === '' || secret.length === 0)
      throw new OAuthError('invalid_client', 'the Authorization header is malformed');
    const clientId = formDecode(id);
    if ((form.get('client_id') ?? clientId) !== clientId)
      throw new OAuthError('invalid_request', 'client_id does not match the client in the Authorization header');
    return { clientId, secret: formDecode(secret.join(':')) };
  }
  const clientId = form.get('client_id') ?? '';
  if (clientId === '')
    throw new OAuthError(
      'invalid_client',
      'client authentication is missing: no Authorization header and no client_id',
    );
  return { clientId, secret: form.get('client_secret') };
}

/** Decodes a client ID or secret of the Authorization header, which are form-encoded (RFC 6749 §2.3.1). */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // A percent sign that does not begin an escape sequence.
    throw new OAuthError('invalid_client', 'the Authorization header is not form-encoded');
  }
}

/** Undefined if the issuer declares no clients; throws OAuthError for a client that is not declared. */
function declaredClient(issuer: HostedIssuer, clientId: string): ClientDeclaration | undefined {
  if (issuer.clients.length === 0) return undefined;
  const client = issuer.clients.find(declared => declared.clientId === clientId);
  if (client !== undefined) return client;
  throw new OAuthError('invalid_client', `unknown client ${clientId} of issuer ${issuer.id}`);
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Throws if the browser must not be redirected there; the answer is then a page (RFC 9700 §4.1). Without registered
 * URIs, a redirect to this server itself is refused: it trusts requests from its own pages more than others.
 */
export function checkRedirect(request: ProviderRequest, clientId: string, redirectUri: string): void {
  const declared = declaredClient(request.issuer, clientId);
  const url = readUrl(redirectUri);
  if (url === undefined)
    throw new OAuthError('invalid_request', 'redirect_uri must be an absolute URL of at most 2,048 characters');
  if (url.hash !== '' || redirectUri.includes('#'))
    throw new OAuthError('invalid_request', 'redirect_uri must not have a fragment');
  if (declared?.redirectUris === undefined) {
    const isWeb = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
    const isApplication = url.protocol.includes('.');
    if ([request.address, request.base].some(own => isSameServer(own, url)))
      throw new OAuthError('invalid_request', 'redirect_uri must not point to this server');
    if (isWeb || isApplication) return;
    throw new OAuthError(
      'invalid_request',
      "redirect_uri must be an https URL, a loopback address, or use an application's own scheme",
    );
  }
  if (declared.redirectUris.some(registered => isRegistered(registered, redirectUri, url))) return;
  throw new OAuthError('invalid_request', `redirect_uri is not registered for ${clientId}`);
}

/** Whether a URL points to the server of `address`; all loopback names are the same machine, so only their ports differ. */
function isSameServer(address: string, url: URL): boolean {
  const own = readUrl(address.split('/', 3).join('/'));
  // A browser's address cannot contain a host that is invalid in a URL.
  if (own === undefined) return false;
  const isSameMachine = isLoopback(own.hostname) && isLoopback(url.hostname);
  return own.host === url.host || (isSameMachine && portOf(own) === portOf(url));
}

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');

/** Exact comparison, except for the port of loopback addresses (RFC 8252 §7.3). */
function isRegistered(registered: string, given: string, url: URL): boolean {
  if (registered === given) return true;
  if (!URL.canParse(registered) || !LOOPBACK.has(url.hostname)) return false;
  const requested = new URL(registered);
  return (
    requested.protocol === url.protocol &&
    requested.hostname === url.hostname &&
    requested.pathname + requested.search === url.pathname + url.search
  );
}
