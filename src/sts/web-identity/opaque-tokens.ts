/** Opaque access tokens of OAuth 2.0 providers that need no OIDC provider in IAM. Source: STS API reference, AssumeRoleWithWebIdentity. */
import { type AwsError, accessDenied } from '../../aws/error.ts';
import { type ErrorDetail, invalidIdentityToken } from '../../policy/web-identity/refusals.ts';
import type { Requester } from '../../policy/web-identity/token.ts';
import { idpRejectedClaim } from '../errors.ts';

/** An opaque access token of an OAuth 2.0 provider, declared in the configuration. */
export interface OpaqueToken {
  readonly provider: 'www.amazon.com' | 'graph.facebook.com';
  readonly token: string;
  readonly appId: string;
  readonly userId: string;
  /** Epoch milliseconds of the movable clock; absent: the token does not expire. */
  readonly expiresAt?: number;
}

interface OAuthProvider {
  readonly name: OpaqueToken['provider'];
  /** The condition key of the user id; the key of the application id is `app_id` for both. */
  readonly userKey: string;
  readonly rejected: (known: ErrorDetail) => AwsError;
}

const oauthProviders: ReadonlyMap<string, OAuthProvider> = new Map(
  (
    [
      {
        name: 'www.amazon.com',
        userKey: 'user_id',
        rejected: known => invalidIdentityToken('Provided Token is not a Login With Amazon token', known),
      },
      {
        name: 'graph.facebook.com',
        userKey: 'id',
        rejected: known =>
          idpRejectedClaim('graph.facebook.com rejected OAuth token with response "Bad signature" and code 190', known),
      },
    ] satisfies readonly OAuthProvider[]
  ).map(provider => [provider.name, provider]),
);

/**
 * Looks up an opaque token among the configured ones. Throws AccessDenied when ProviderId is not an OAuth provider, and
 * the provider's own error when the token is not configured or has expired.
 */
export function readOpaqueToken(
  providerId: string,
  token: string,
  tokens: readonly OpaqueToken[],
  now: number,
): Requester {
  const provider = oauthProviders.get(providerId);
  if (provider === undefined) {
    throw accessDenied(
      'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens',
      {
        reason: 'unknown-provider-id',
        detail: `ProviderId is ${providerId.slice(0, 100)}; the supported OAuth providers are ${[...oauthProviders.keys()].join(' and ')}.`,
      },
    );
  }
  const found = tokens.find(
    known => known.provider === provider.name && known.token === token && (known.expiresAt ?? now + 1) > now,
  );
  if (found === undefined) {
    throw provider.rejected({
      reason: 'unknown-opaque-token',
      detail: `The setting sts.opaqueTokens does not contain this token for ${provider.name}, or the token has expired.`,
    });
  }
  const { name, userKey } = provider;
  return {
    provider: name,
    issuer: name,
    audience: found.appId,
    subject: found.userId,
    sessionClaims: { [`${name}:app_id`]: found.appId, [`${name}:${userKey}`]: found.userId },
  };
}
