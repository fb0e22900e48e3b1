/** The token endpoint: a table of grants (RFC 6749, 7523, 8628, 8693). */
import { createHash } from 'node:crypto';
import { defined } from '../../kernel/defined.ts';
import { toText } from '../../kernel/table.ts';
import { isForeignPage } from '../../kernel/web-origin.ts';
import { MINT_REFUSAL } from '../mint/mint-rights.ts';
import { authenticate, type Client } from './clients.ts';
import { redeemDeviceCode } from './device.ts';
import { issueTokens } from './issue-tokens.ts';
import { OAuthError } from './oauth-error.ts';
import {
  claimNamesOf,
  type Endpoint,
  type ProviderDeps,
  type ProviderReply,
  type ProviderRequest,
  requiredParameter,
  scopesOf,
} from './provider.ts';
import { verifyToken } from './verify-token.ts';

/** Refuses grants without a user login unless the requester may mint. */
function refuseWithoutMintRights({ rights }: ProviderRequest): void {
  if (!rights.mayMint) throw new OAuthError('unauthorized_client', MINT_REFUSAL);
}

type GrantHandler = (request: ProviderRequest, client: Client, deps: ProviderDeps) => Promise<ProviderReply>;

const nowSeconds = (deps: ProviderDeps): number => Math.floor(deps.clock.now() / 1000);

const authorizationCode: GrantHandler = async ({ issuer, form }, client, deps) => {
  const code = requiredParameter(form, 'code');
  const opened = deps.sealed.redeem('authorization-code', code, issuer.id);
  const { grant } = opened;
  if (grant.clientId !== client.clientId)
    throw new OAuthError('invalid_grant', 'the code was issued to another client');
  if (grant.redirectUri !== form.get('redirect_uri'))
    throw new OAuthError('invalid_grant', 'redirect_uri does not match the authorization request');
  checkVerifier(grant.challenge, form.get('code_verifier'), client);
  deps.sealed.spend(opened);
  const refreshToken = grant.scopes.includes('offline_access');
  return issueTokens(deps, issuer, grant, { idToken: grant.scopes.includes('openid'), refreshToken });
};

/** Verifies PKCE (RFC 7636 §4.6); required for a client without a secret. */
function checkVerifier(challenge: string | undefined, verifier: string | undefined, client: Client): void {
  if (challenge === undefined) {
    if (verifier !== undefined)
      throw new OAuthError('invalid_grant', 'code_verifier without a code_challenge in the authorization request');
    if (client.isConfidential) return;
    throw new OAuthError('invalid_grant', 'PKCE is required for a client without a secret');
  }
  if (verifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
    throw new OAuthError('invalid_grant', 'code_verifier is missing or malformed');
  }
  if (createHash('sha256').update(verifier).digest('base64url') === challenge) return;
  throw new OAuthError('invalid_grant', 'code_verifier does not match code_challenge');
}

const clientCredentials: GrantHandler = async (request, client, deps) => {
  refuseWithoutMintRights(request);
  const { issuer, form, headers } = request;
  if (isForeignPage(headers))
    throw new OAuthError('access_denied', 'client_credentials is refused for requests from a page of another origin');
  if (!client.isConfidential) throw new OAuthError('invalid_client', 'client_credentials requires a client secret');
  const audience = form.get('audience') ?? form.get('resource');
  const grant = {
    issuerId: issuer.id,
    clientId: client.clientId,
    scopes: scopesOf(form),
    claims: claimNamesOf(issuer).clientIsSubject ? { sub: client.clientId } : {},
    authTime: nowSeconds(deps),
    ...defined({ audience }),
  };
  return issueTokens(deps, issuer, grant, { idToken: false, refreshToken: false });
};

/** Rotation: spends the refresh token and issues a new one with the same scope (RFC 6749 §6, RFC 9700 §4.14). */
const refreshToken: GrantHandler = async ({ issuer, form }, client, deps) => {
  const token = requiredParameter(form, 'refresh_token');
  const opened = deps.sealed.redeem('refresh-token', token, issuer.id);
  const { grant } = opened;
  if (grant.clientId !== client.clientId)
    throw new OAuthError('invalid_grant', 'the refresh token was issued to another client');
  const requested = scopesOf(form);
  const beyond = requested.find(scope => !grant.scopes.includes(scope));
  if (beyond !== undefined) throw new OAuthError('invalid_scope', `the scope ${beyond} was not granted`);
  deps.sealed.spend(opened);
  const { nonce: _nonce, ...rest } = grant;
  const narrowed = requested.length === 0 ? rest : { ...rest, scopes: requested };
  return issueTokens(deps, issuer, narrowed, { idToken: narrowed.scopes.includes('openid'), refreshToken: rest });
};

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';
const JWT_TYPES = new Set(['jwt', 'access_token', 'id_token'].map(name => TOKEN_TYPE + name));

const tokenExchange: GrantHandler = async (request, client, deps) => {
  refuseWithoutMintRights(request);
  const { issuer, form } = request;
  const issued = form.get('requested_token_type') ?? `${TOKEN_TYPE}access_token`;
  if (!JWT_TYPES.has(requiredParameter(form, 'subject_token_type')) || !JWT_TYPES.has(issued)) {
    throw new OAuthError(
      'invalid_request',
      'subject_token_type and requested_token_type must be the type of a JWT, access token or ID token',
    );
  }
  const subject = await verifyToken(deps, requiredParameter(form, 'subject_token'), 'invalid_request');
  const actorToken = form.get('actor_token');
  const actor = actorToken === undefined ? undefined : await verifyToken(deps, actorToken, 'invalid_request');
  const audience = form.get('audience') ?? form.get('resource');
  const before = subject['act'];
  const grant = {
    issuerId: issuer.id,
    clientId: client.clientId,
    scopes: scopesOf(form),
    claims: {
      sub: toText(subject['sub']),
      ...defined({ act: actor && { sub: actor['sub'], iss: actor['iss'], ...defined({ act: before }) } }),
    },
    authTime: nowSeconds(deps),
    ...defined({ audience }),
  };
  return issueTokens(deps, issuer, grant, {
    idToken: false,
    refreshToken: false,
    members: { issued_token_type: issued },
  });
};

/** RFC 7523 §3: the audience of the assertion must be this issuer or its token endpoint. */
const jwtBearer: GrantHandler = async (request, client, deps) => {
  refuseWithoutMintRights(request);
  const { issuer, form, base, path } = request;
  const audience = [issuer.iss, base, base + path];
  const claims = await verifyToken(deps, requiredParameter(form, 'assertion'), 'invalid_grant', audience);
  const { clientId } = client;
  const grant = {
    issuerId: issuer.id,
    clientId,
    scopes: scopesOf(form),
    claims: { sub: toText(claims['sub']) },
    authTime: nowSeconds(deps),
  };
  return issueTokens(deps, issuer, grant, { idToken: false, refreshToken: false });
};

const deviceCode: GrantHandler = async ({ issuer, form }, client, deps) => {
  const grant = redeemDeviceCode(deps, issuer.id, client.clientId, requiredParameter(form, 'device_code'));
  const { scopes } = grant;
  return issueTokens(deps, issuer, grant, {
    idToken: scopes.includes('openid'),
    refreshToken: scopes.includes('offline_access'),
  });
};

const GRANTS: ReadonlyMap<string, GrantHandler> = new Map([
  ['authorization_code', authorizationCode],
  ['client_credentials', clientCredentials],
  ['refresh_token', refreshToken],
  ['urn:ietf:params:oauth:grant-type:token-exchange', tokenExchange],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', jwtBearer],
  ['urn:ietf:params:oauth:grant-type:device_code', deviceCode],
]);

export const tokenEndpoint: Endpoint = async (request, deps) => {
  if (request.method !== 'POST') throw new OAuthError('invalid_request', 'the token endpoint requires POST');
  const type = requiredParameter(request.form, 'grant_type');
  const handler = GRANTS.get(type);
  if (handler === undefined) throw new OAuthError('unsupported_grant_type', `unsupported grant_type ${type}`);
  return handler(request, await authenticate(request, deps), deps);
};
