/** The tokens of a grant: access token, ID token and refresh token, all in the shape of the issuer's preset. */
import { createHash } from 'node:crypto';
import { numberOf } from '../../kernel/table.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import { namingOf, type ProviderDeps, type ProviderReply } from './provider.ts';
import { type Grant, REFRESH_LIFETIME } from './sealed.ts';

export interface Wanted {
  readonly idToken: boolean;
  /** The grant it stands for, when that is more than the access token's. */
  readonly refreshToken: boolean | Grant;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Claims of the client and of the scope, as the preset names them. */
function accessClaims(
  issuer: HostedIssuer,
  clientId: string,
  scopes: readonly string[],
): Readonly<Record<string, unknown>> {
  const naming = namingOf(issuer);
  const scope = naming.scopeIsList ? [...scopes] : scopes.join(' ');
  return {
    [naming.client]: clientId,
    ...(scopes.length === 0 ? {} : { [naming.scope]: scope }),
  };
}

/** Half of the hash of the access token (OIDC Core §3.1.3.6); the hash is that of the algorithm. */
function atHash(accessToken: string, alg: string): string {
  const bits = alg.endsWith('512') || alg === 'EdDSA' ? 512 : alg.endsWith('384') ? 384 : 256;
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** The answer of the token endpoint (RFC 6749 §5.1, OIDC Core §3.1.3.3). */
export async function answerGrant(
  deps: ProviderDeps,
  issuer: HostedIssuer,
  grant: Grant,
  wanted: Wanted,
): Promise<ProviderReply> {
  const access = await deps.mint({
    issuer: issuer.id,
    claims: {
      // Two tokens of one second would be one token, and be revoked together (RFC 9068 §2.2).
      ...(issuer.preset.free === true ? { jti: deps.random.uuid() } : {}),
      ...grant.claims,
      ...accessClaims(issuer, grant.clientId, grant.scopes),
    },
    audience: grant.audience ?? defaultAudience(issuer, grant),
  });
  const idToken = wanted.idToken ? await mintIdToken(deps, issuer, grant, access.token) : undefined;
  const lasting = wanted.refreshToken === true ? grant : wanted.refreshToken;
  const refresh = lasting === false ? undefined : deps.sealed.make('refresh-token', lasting, REFRESH_LIFETIME);
  return {
    status: 200,
    headers: { pragma: 'no-cache' },
    body: {
      access_token: access.token,
      token_type: 'Bearer',
      expires_in: numberOf(access.claims['exp']) - numberOf(access.claims['iat']),
      ...(grant.scopes.length === 0 ? {} : { scope: grant.scopes.join(' ') }),
      ...(idToken === undefined ? {} : { id_token: idToken }),
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
      ...wanted.members,
    },
  };
}

/** The preset's own default when it names one without the client; else the client. */
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
  const { client } = namingOf(issuer);
  const { token } = await deps.mint({
    issuer: issuer.id,
    claims: {
      ...grant.claims,
      // Where the preset's tokens name their client, this one's do too, and not the preset's example.
      ...(issuer.preset.claims.some(row => typeof row === 'object' && row.name === client)
        ? { [client]: grant.clientId }
        : {}),
      auth_time: grant.authTime,
      at_hash: atHash(accessToken, issuer.alg),
      ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    },
    audience: grant.clientId,
  });
  return token;
}
