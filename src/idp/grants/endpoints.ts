/** The endpoints of a provider, by their name in the discovery document. */
import { IdpProblem } from '../idp-problem.ts';
import { authorizationEndpoint } from './authorize.ts';
import { deviceAuthorizationEndpoint } from './device.ts';
import { OAuthError } from './oauth-error.ts';
import { page } from './page.ts';
import type { Endpoint, ProviderDeps, ProviderReply, ProviderRequest } from './provider.ts';
import { endSessionEndpoint, introspectionEndpoint, revocationEndpoint, userinfoEndpoint } from './session.ts';
import { tokenEndpoint } from './token-endpoint.ts';

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  ['authorization_endpoint', authorizationEndpoint],
  ['token_endpoint', tokenEndpoint],
  ['userinfo_endpoint', userinfoEndpoint],
  ['introspection_endpoint', introspectionEndpoint],
  ['revocation_endpoint', revocationEndpoint],
  ['device_authorization_endpoint', deviceAuthorizationEndpoint],
  ['end_session_endpoint', endSessionEndpoint],
]);

/** Endpoints that a browser navigates to: their errors are HTML pages. */
const BROWSER_ENDPOINTS = new Set(['authorization_endpoint', 'end_session_endpoint']);

/** WWW-Authenticate challenges by error code (RFC 6750 §3). */
const CHALLENGES: ReadonlyMap<string, string> = new Map([
  ['invalid_token', 'Bearer error="invalid_token"'],
  ['unauthorized_client', 'Bearer realm="admin token"'],
]);

/** Calls an endpoint; converts OAuthError to a reply. Throws IdpProblem for an endpoint that is not emulated. */
export async function handleEndpoint(
  name: string,
  request: ProviderRequest,
  deps: ProviderDeps,
): Promise<ProviderReply> {
  const endpoint = ENDPOINTS.get(name);
  if (endpoint === undefined)
    throw new IdpProblem('unknown-path', '', `the ${name} of ${request.issuer.id} is not emulated`);
  try {
    return await endpoint(request, deps);
  } catch (thrown) {
    const error = thrown instanceof IdpProblem ? new OAuthError('invalid_request', thrown.message) : thrown;
    if (!(error instanceof OAuthError)) throw error;
    if (BROWSER_ENDPOINTS.has(name)) return page({ title: 'Invalid request', note: error.message }, error.status);
    const challenge = CHALLENGES.get(error.code) ?? 'Basic realm="token"';
    return {
      status: error.status,
      ...(error.status === 401 ? { headers: { 'www-authenticate': challenge } } : {}),
      body: { error: error.code, error_description: error.message },
    };
  }
}
