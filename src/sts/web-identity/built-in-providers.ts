/** Identity providers that need no OIDC provider in IAM. Source: STS API reference, AssumeRoleWithWebIdentity. */
import { type AwsError, accessDenied } from '../../aws/error.ts';
import { type ErrorDetail, idpRejectedClaim, invalidIdentityToken } from '../errors.ts';

/** Providers whose ID tokens are JWTs: `iss` to the name in a trust policy. */
const jwtProviders: ReadonlyMap<string, string> = new Map([
  ['https://accounts.google.com', 'accounts.google.com'],
  ['accounts.google.com', 'accounts.google.com'],
  ['https://cognito-identity.amazonaws.com', 'cognito-identity.amazonaws.com'],
]);

/** The built-in provider of an `iss`, or undefined. */
export const builtInProvider = (issuer: string): string | undefined => jwtProviders.get(issuer);

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

export interface OAuthIdentity {
  readonly provider: OAuthProvider['name'];
  readonly audience: string;
  readonly subject: string;
  /** Condition keys with the provider's prefix; they stay in the request context of the session. */
  readonly claims: Readonly<Record<string, string>>;
}

/**
 * Looks up an opaque token among the configured ones. Throws AccessDenied when ProviderId is not an OAuth provider, and
 * the provider's own error when the token is not configured or has expired.
 */
export function readOpaqueToken(
  providerId: string,
  token: string,
  tokens: readonly OpaqueToken[],
  now: number,
): OAuthIdentity {
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
  return {
    provider: provider.name,
    audience: found.appId,
    subject: found.userId,
    claims: { [`${provider.name}:app_id`]: found.appId, [`${provider.name}:${provider.userKey}`]: found.userId },
  };
}
