/** The endpoints that take issued tokens: userinfo, introspection, revocation, end session. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { readJwt } from '../keys/verify.ts';
import type { Members } from '../types.ts';
import { authenticate, checkRedirect } from './clients.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import { page } from './page.ts';
import { claimNamesOf, type Endpoint, type ProviderDeps, type ProviderRequest, requiredParameter } from './provider.ts';
import type { OpenedGrant } from './sealed-grants.ts';
import { tokenId, verifySignedToken, verifyToken } from './verify-token.ts';

/** The verified claims of an access token of this issuer. */
function ownToken(request: ProviderRequest, deps: ProviderDeps, token: string): Promise<Members> {
  refuseOtherIssuer(request, token, 'invalid_token');
  return verifyToken(deps, token, 'invalid_token');
}

/** Refuses a token of another issuer before its keys are fetched, possibly from a remote server. */
function refuseOtherIssuer({ issuer }: ProviderRequest, token: string, code: OAuthErrorCode): void {
  const iss = readJwt(token)?.claims['iss'];
  if (iss !== undefined && iss !== issuer.iss) throw new OAuthError(code, 'the token was issued by another issuer');
}

/** The same; undefined for an invalid or expired token. */
async function knownToken(request: ProviderRequest, deps: ProviderDeps, token: string): Promise<Members | undefined> {
  try {
    return await ownToken(request, deps, token);
  } catch (error) {
    if (error instanceof OAuthError) return undefined;
    throw error;
  }
}

/** Claims of an access token that userinfo leaves out: they are not about the user. */
const NOT_ABOUT_THE_USER = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'scope',
  'scp',
  'client_id',
  'cid',
  'azp',
  'appid',
  'ver',
  'gty',
  'at_hash',
  'auth_time',
]);

/** OIDC Core §5.3. */
export const userinfoEndpoint: Endpoint = async (request, deps) => {
  const token =
    parseCredentials(request.headers.authorization, 'bearer') ??
    (request.method === 'POST' ? request.form.get('access_token') : undefined);
  if (token === undefined)
    throw new OAuthError('invalid_token', 'userinfo requires the access token as a bearer token');
  const claims = Object.entries(await ownToken(request, deps, token)).filter(([name]) => !NOT_ABOUT_THE_USER.has(name));
  return { status: 200, body: Object.fromEntries(claims) };
};

/** RFC 7662: for an invalid token the answer is only `active: false`. */
export const introspectionEndpoint: Endpoint = async (request, deps) => {
  const { clientId } = await authenticate(request, deps);
  const token = requiredParameter(request.form, 'token');
  const claims = await knownToken(request, deps, token);
  if (claims === undefined) return { status: 200, body: introspectRefresh(request, deps, token, clientId) };
  const naming = claimNamesOf(request.issuer);
  const scope = [claims[naming.scope]]
    .flat()
    .filter(item => typeof item === 'string')
    .join(' ');
  const known = {
    active: true,
    token_type: 'Bearer',
    client_id: claims[naming.client],
    ...(scope === '' ? {} : { scope }),
  };
  return { status: 200, body: { ...claims, ...known } };
};

function introspectRefresh({ issuer }: ProviderRequest, deps: ProviderDeps, token: string, clientId: string): object {
  const grant = refreshToken(issuer.id, deps, token)?.grant;
  if (grant?.clientId !== clientId) return { active: false };
  return {
    active: true,
    client_id: clientId,
    scope: grant.scopes.join(' '),
    sub: grant.claims['sub'],
    token_type: 'refresh_token',
  };
}

/** Opens a refresh token; undefined if it is invalid or expired. */
function refreshToken(issuerId: string, { sealed }: ProviderDeps, token: string): OpenedGrant | undefined {
  try {
    return sealed.open('refresh-token', token, issuerId);
  } catch (error) {
    if (error instanceof OAuthError) return undefined;
    throw error;
  }
}

/**
 * RFC 7009: an unknown token also gets 200, and nothing is stored for it. Revoking a refresh token revokes everything
 * that derives from its login.
 */
export const revocationEndpoint: Endpoint = async (request, deps) => {
  const { clientId } = await authenticate(request, deps);
  const token = requiredParameter(request.form, 'token');
  const { issuer } = request;
  const refresh = refreshToken(issuer.id, deps, token);
  const access = refresh === undefined ? await knownToken(request, deps, token) : undefined;
  const owner = refresh?.grant.clientId ?? access?.[claimNamesOf(issuer).client];
  if (owner !== undefined && owner !== clientId)
    throw new OAuthError('invalid_request', 'the token was issued to another client');
  if (refresh !== undefined) {
    deps.sealed.spend(refresh);
    deps.sealed.endFamily(refresh);
  }
  if (access !== undefined) deps.revoked.add(tokenId(token), Number(access['exp']), deps.clock.now() / 1000);
  return { status: 200, body: '' };
};

/** OIDC RP-Initiated Logout §2; there is no session to end, so it shows a page or redirects back. */
export const endSessionEndpoint: Endpoint = async (request, deps) => {
  const { form } = request;
  const back = form.get('post_logout_redirect_uri');
  if (back === undefined) return page({ title: 'Logged out', note: 'You can close this page.' });
  const hint = form.get('id_token_hint');
  const named = form.get('client_id');
  // The ID token may have expired: it is accepted nevertheless (§4).
  if (hint !== undefined) refuseOtherIssuer(request, hint, 'invalid_request');
  const claims = hint === undefined ? undefined : await verifySignedToken(deps, hint, 'invalid_request');
  const hinted = [claims?.['aud']].flat()[0];
  const client = named ?? hinted;
  if (typeof client !== 'string')
    throw new OAuthError('invalid_request', 'id_token_hint or client_id is required with post_logout_redirect_uri');
  if (typeof hinted === 'string' && hinted !== client)
    throw new OAuthError('invalid_request', 'client_id does not match the client in id_token_hint');
  checkRedirect(request, client, back);
  const url = new URL(back);
  const state = form.get('state');
  if (state !== undefined) url.searchParams.set('state', state);
  return { status: 303, headers: { location: url.href }, body: '' };
};
