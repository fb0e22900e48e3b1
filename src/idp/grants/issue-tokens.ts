/** Issues the tokens of a grant: access token, ID token and refresh token, in the format of the issuer's preset. */
import { createHash } from 'node:crypto';
import { defined } from '../../kernel/defined.ts';
import { toNumber } from '../../kernel/table.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import { claimNamesOf, type ProviderDeps, type ProviderReply } from './provider.ts';
import { type Grant, REFRESH_LIFETIME } from './sealed-grants.ts';

interface RequestedTokens {
  readonly idToken: boolean;
  /** The grant of the refresh token, if it is wider than that of the access token. */
  readonly refreshToken: boolean | Grant;
  /** Additional members of the response. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** The claims for the client and the scope, under the preset's names. */
function accessClaims(
  issuer: HostedIssuer,
  clientId: string,
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  const naming = claimNamesOf(issuer);
  const scope = naming.scopeIsList ? [...scopes] : scopes.join(' ');
  return {
    [naming.client]: clientId,
    ...(scopes.length === 0 ? {} : { [naming.scope]: scope }),
  };
}

/** at_hash: the left half of the access token's hash (OIDC Core §3.1.3.6), with the hash function of the algorithm. */
function atHash(accessToken: string, alg: string): string {
  const bits = alg.endsWith('512') || alg === 'EdDSA' ? 512 : alg.endsWith('384') ? 384 : 256;
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** The response of the token endpoint (RFC 6749 §5.1, OIDC Core §3.1.3.3). */
export async function issueTokens(
  deps: ProviderDeps,
  issuer: HostedIssuer,
  grant: Grant,
  requested: RequestedTokens,
): Promise<ProviderReply> {
  const access = await deps.mint({
    issuer: issuer.id,
    claims: {
      // Without a jti, two tokens of the same second would be identical and be revoked together (RFC 9068 §2.2).
      ...(issuer.preset.free === true ? { jti: deps.random.uuid() } : {}),
      ...grant.claims,
      ...accessClaims(issuer, grant.clientId, grant.scopes),
    },
    audience: grant.audience ?? defaultAudience(issuer, grant),
  });
  const idToken = requested.idToken ? await mintIdToken(deps, issuer, grant, access.token) : undefined;
  const refreshGrant = requested.refreshToken === true ? grant : requested.refreshToken;
  const refresh =
    refreshGrant === false ? undefined : deps.sealed.create('refresh-token', refreshGrant, REFRESH_LIFETIME);
  return {
    status: 200,
    headers: { pragma: 'no-cache' },
    body: {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: toNumber(access.claims['exp']) - toNumber(access.claims['iat']),
      ...(grant.scopes.length === 0 ? {} : { scope: grant.scopes.join(' ') }),
      ...defined({ id_token: idToken, refresh_token: refresh }),
      ...requested.members,
    },
  };
}

/** The preset's default audience if it does not depend on the client; else the client. */
function defaultAudience(issuer: HostedIssuer, grant: Grant): string {
  const { audience } = issuer.preset;
  return audience === null || audience.includes('${') ? grant.clientId : audience;
}

async function mintIdToken(
  deps: ProviderDeps,
  issuer: HostedIssuer,
  grant: Grant,
  accessToken: string,
): Promise<string> {
  const { client } = claimNamesOf(issuer);
  const { token } = await deps.mint({
    issuer: issuer.id,
    claims: {
      ...grant.claims,
      // If the preset's tokens contain the client, use this client instead of the preset's example.
      ...(issuer.preset.claims.some(row => typeof row === 'object' && row.name === client)
        ? { [client]: grant.clientId }
        : {}),
      auth_time: grant.authTime,
      at_hash: atHash(accessToken, issuer.alg),
      ...defined({ nonce: grant.nonce }),
    },
    audience: grant.clientId,
  });
  return token;
}
