/** The endpoints about tokens that were given: userinfo, introspection, revocation, end of session. */
import { ticketOf } from '../ci/protocol.ts';
import type { Members } from '../types.ts';
import { authenticate, checkRedirect } from './clients.ts';
import { checkToken } from './foreign-token.ts';
import { OAuthError } from './oauth-error.ts';
import { page } from './page.ts';
import { type Endpoint, namingOf, type ProviderDeps, type ProviderRequest, required } from './provider.ts';

/** Claims of an access token of this issuer that was not revoked. */
async function ownToken({ issuer }: ProviderRequest, deps: ProviderDeps, token: string): Promise<Members> {
  const claims = await checkToken(deps, token, 'invalid_token');
  if (claims['iss'] !== issuer.iss) throw new OAuthError('invalid_token', 'the token is of another issuer');
  if (deps.sealed.isSpent(token)) throw new OAuthError('invalid_token', 'the token was revoked');
  return claims;
}

/** Members of an access token that say nothing about the user. */
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
  'ver',
  'gty',
  'at_hash',
  'auth_time',
]);

/** OIDC Core §5.3. */
export const userinfoEndpoint: Endpoint = async (request, deps) => {
  const token =
    ticketOf(request.headers, 'bearer') ?? (request.method === 'POST' ? request.form.get('access_token') : undefined);
  if (token === undefined) throw new OAuthError('invalid_token', 'userinfo needs the access token as bearer');
  const claims = Object.entries(await ownToken(request, deps, token)).filter(([name]) => !NOT_ABOUT_THE_USER.has(name));
  return { status: 200, body: Object.fromEntries(claims) };
};

/** RFC 7662: what is not good is not active, and nothing more is said. */
export const introspectionEndpoint: Endpoint = async (request, deps) => {
  const { clientId } = authenticate(request);
  const token = required(request.form, 'token');
  try {
    const claims = await ownToken(request, deps, token);
    const naming = namingOf(request.issuer);
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
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { status: 200, body: introspectRefresh(request, deps, token, clientId) };
  }
};

function introspectRefresh({ issuer }: ProviderRequest, deps: ProviderDeps, token: string, clientId: string): object {
  try {
    const grant = deps.sealed.open('refresh-token', token, issuer.id);
    if (grant.clientId !== clientId) return { active: false };
    return {
      active: true,
      client_id: clientId,
      scope: grant.scopes.join(' '),
      sub: grant.claims['sub'],
      token_type: 'refresh_token',
    };
  } catch (error) {
    if (error instanceof OAuthError) return { active: false };
    throw error;
  }
}

/** RFC 7009: also an unknown token is answered with 200. */
export const revocationEndpoint: Endpoint = (request, deps) => {
  authenticate(request);
  deps.sealed.spend(required(request.form, 'token'));
  return { status: 200, body: '' };
};

/** OIDC RP-Initiated Logout §2; there is no session here to end, so the page says so or sends back. */
export const endSessionEndpoint: Endpoint = async ({ issuer, form }, deps) => {
  const back = form.get('post_logout_redirect_uri');
  if (back === undefined) return page({ title: 'Logged out', note: 'You can close this page.' });
  const hint = form.get('id_token_hint');
  const audience =
    hint === undefined ? form.get('client_id') : [(await checkToken(deps, hint, 'invalid_request'))['aud']].flat()[0];
  if (typeof audience !== 'string')
    throw new OAuthError('invalid_request', 'id_token_hint or client_id says which client logs out');
  checkRedirect(issuer, audience, back);
  const url = new URL(back);
  const state = form.get('state');
  if (state !== undefined) url.searchParams.set('state', state);
  return { status: 303, headers: { location: url.href }, body: '' };
};
