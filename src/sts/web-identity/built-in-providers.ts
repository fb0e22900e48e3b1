/** Identity providers that AWS knows without an OIDC provider in IAM. Source: STS API reference, AssumeRoleWithWebIdentity. */
import { type AwsError, accessDenied } from '../../aws/error.ts';
import { type ErrorDetail, idpRejectedClaim, invalidIdentityToken } from '../errors.ts';

/** Providers whose ID tokens are JWTs: the name a trust policy uses, by `iss`. */
const jwtProviders: ReadonlyMap<string, string> = new Map([
  ['https://accounts.google.com', 'accounts.google.com'],
  ['accounts.google.com', 'accounts.google.com'],
  ['https://cognito-identity.amazonaws.com', 'cognito-identity.amazonaws.com'],
]);

/** The built-in provider of an `iss`, or undefined. */
export const builtInProvider = (issuer: string): string | undefined => jwtProviders.get(issuer);

/** An opaque access token of an OAuth 2.0 provider, as the configuration declares it. */
export interface OpaqueToken {
  readonly provider: 'www.amazon.com' | 'graph.facebook.com';
  readonly token: string;
  readonly appId: string;
  readonly userId: string;
  /** Epoch milliseconds of the movable clock; absent: never. */
  readonly expiresAt?: number;
}

interface OAuthProvider {
  readonly name: OpaqueToken['provider'];
  /** The condition key of the user's id; the application's is `app_id` for both. */
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
  /** Condition keys with the provider's prefix; they outlive the assume call. */
  readonly claims: Readonly<Record<string, string>>;
}

/**
 * Looks an opaque token up in the configured ones. Throws AccessDenied for a ProviderId that is no OAuth provider, and
 * what the provider would answer for a token that is not configured or has expired.
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
        detail: `ProviderId is ${providerId.slice(0, 100)}; only ${[...oauthProviders.keys()].join(' and ')} are OAuth providers.`,
      },
    );
  }
  const found = tokens.find(
    known => known.provider === provider.name && known.token === token && (known.expiresAt ?? now + 1) > now,
  );
  if (found === undefined) {
    throw provider.rejected({
      reason: 'unknown-opaque-token',
      detail: `The token is not one of the ${provider.name} tokens of the setting sts.opaqueTokens.`,
    });
  }
  return {
    provider: provider.name,
    audience: found.appId,
    subject: found.userId,
    claims: { [`${provider.name}:app_id`]: found.appId, [`${provider.name}:${provider.userKey}`]: found.userId },
  };
}
