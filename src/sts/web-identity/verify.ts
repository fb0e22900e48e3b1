/** Verifies a web identity token: all checks of AWS, in AWS's order, each recorded as a step. */

import { type OidcProvider, oidcProviders } from '../../accounts/model.ts';
import type { IssuerKeysAnswer } from '../../kernel/issuer-keys.ts';
import type { AssumeTrace } from '../assume/assume-trace.ts';
import type { StsDeps } from '../deps.ts';
import {
  invalidIdentityToken,
  notAJwt,
  notValidated,
  noVerificationKey,
  unknownIssuer,
  wrongAudience,
  wrongThumbprint,
} from '../errors.ts';
import { normalizeUrl, suggestAccountOfProvider, suggestAudience } from '../suggestions.ts';
import { authorizedByRoles, readSourceIdentity, readTags, type TokenTags } from './aws-claims.ts';
import { builtInProvider } from './built-in-providers.ts';
import { checkTimes, readStandardClaims, type StandardClaims } from './claims.ts';
import { type Members, type ParsedJwt, parseJwt } from './jwt.ts';
import { selectKey, verifySignature } from './keys.ts';

/** Characters of an iss that are parsed: for non-ASCII letters in a host, the time grows with the square of their number. */
const MAX_ISSUER_LENGTH = 2048;

/** The trusted identity provider: an OIDC provider of the account, or one that AWS has built in. */
interface TrustedProvider {
  /** The `Federated` value in a trust policy and the response's Provider: an ARN or a domain. */
  readonly principal: string;
  /** Prefix of the condition keys: the issuer without its scheme. */
  readonly prefix: string;
  readonly thumbprints: readonly string[];
  /** Undefined for built-in providers: only the trust policy restricts the audience. */
  readonly clientIds: readonly string[] | undefined;
}

/** A parsed token whose signature is not verified yet, and its provider. */
interface UnverifiedToken {
  readonly jwt: ParsedJwt;
  readonly standard: StandardClaims;
  readonly trustedProvider: TrustedProvider;
}

/** The content of a verified token. */
export interface WebIdentity {
  readonly trustedProvider: TrustedProvider;
  readonly claims: Members;
  readonly standard: StandardClaims;
  readonly tags: TokenTags | undefined;
  readonly sourceIdentity: string | undefined;
  /** Whether the roles claim contains the role. */
  readonly roleAuthorized: boolean;
}

/** The checks that need no keys: format, required claims, provider, audience. Throws AwsError. */
export function parseToken(token: string, account: string, deps: StsDeps, trace: AssumeTrace): UnverifiedToken {
  const parsed = parseJwt(token);
  if (!parsed.ok) throw trace.refuse('token-parsed', notAJwt({ reason: parsed.code, detail: parsed.detail }));
  const { jwt } = parsed;
  const standard = trace.attempt('token-parsed', () => readStandardClaims(jwt.claims));
  const { issuer, subject, audience } = standard;
  trace.principal = { type: 'federated', issuer, subject, account };
  trace.pass('token-parsed', 'well-formed', { algorithm: jwt.algorithm, kid: jwt.kid ?? null, subject });
  const trustedProvider = findTrustedProvider(issuer, account, deps, trace);
  trace.principal = { type: 'federated', provider: trustedProvider.principal, account, subject, audience };
  checkAudience(standard, trustedProvider, deps, trace);
  trace.pass('audience', standard.authorizedParty ? 'azp-registered' : 'registered', { audience });
  return { jwt, standard, trustedProvider };
}

function findTrustedProvider(issuer: string, account: string, deps: StsDeps, trace: AssumeTrace): TrustedProvider {
  const url = withoutScheme(issuer);
  const provider = deps.store.get(oidcProviders, `${account}/${url}`)?.value;
  if (provider !== undefined && provider.issuer === issuer && !isOutboundIssuer(url)) {
    trace.pass('issuer', 'registered', { issuer });
    trace.pass('provider', 'found', { provider: provider.arn });
    return trustedProviderOf(provider);
  }
  const builtIn = builtInProvider(issuer);
  if (builtIn !== undefined) {
    trace.pass('issuer', 'built-in', { issuer });
    return { principal: builtIn, prefix: builtIn, thumbprints: [], clientIds: undefined };
  }
  // Only the first part of a longer iss is parsed: no provider URL is that long, so the result is an unknown issuer.
  if (!URL.canParse(issuer.slice(0, MAX_ISSUER_LENGTH))) {
    throw trace.refuse(
      'issuer',
      invalidIdentityToken('Issuer must be a valid URL', {
        reason: 'bad-issuer',
        detail: `The token's iss, ${issuer.slice(0, 255)}, is not a URL.`,
      }),
    );
  }
  const registered = deps.store.list(oidcProviders, `${account}/`).map(({ value }) => value);
  throw trace.refuse(
    'issuer',
    unknownIssuer(issuer, deps.settings.errorTexts, {
      reason: 'unknown-issuer',
      detail: explainUnknownIssuer(issuer, account, registered, suggestAccountOfProvider(issuer, account, deps.store)),
    }),
    { issuer, account, registered: registered.slice(0, 20).map(known => known.issuer) },
  );
}

/** Tokens issued by AWS (GetWebIdentityToken) cannot be used to assume a role. */
const isOutboundIssuer = (url: string): boolean => url.endsWith('.tokens.sts.global.api.aws');

const withoutScheme = (issuer: string): string =>
  issuer.startsWith('https://')
    ? issuer.slice('https://'.length)
    : issuer.startsWith('http://')
      ? issuer.slice('http://'.length)
      : issuer;

const trustedProviderOf = (provider: OidcProvider): TrustedProvider => ({
  principal: provider.arn,
  prefix: provider.url,
  thumbprints: provider.thumbprints,
  clientIds: provider.clientIds,
});

function explainUnknownIssuer(
  issuer: string,
  account: string,
  registered: readonly OidcProvider[],
  elsewhere: string,
): string {
  if (isOutboundIssuer(withoutScheme(issuer))) {
    return `${issuer} is an AWS issuer of outbound tokens (GetWebIdentityToken); AWS does not accept those tokens for AssumeRoleWithWebIdentity.`;
  }
  const head = `Account ${account} has no OIDC provider for the issuer ${issuer.slice(0, 255)}`;
  if (registered.length === 0)
    return `${head}; it has no OIDC providers. Register the issuer with CreateOpenIDConnectProvider.${elsewhere}`;
  const near = registered.find(known => normalizeUrl(known.issuer) === normalizeUrl(issuer));
  if (near !== undefined) {
    return `${head}; the registered ${near.issuer} differs only in scheme, letter case or a trailing slash; AWS compares exactly.`;
  }
  const some = registered.slice(0, 3).map(known => known.issuer);
  return `${head}; registered issuers: ${some.join(', ')}${registered.length > some.length ? ', …' : ''}.${elsewhere}`;
}

function checkAudience(
  standard: StandardClaims,
  trustedProvider: TrustedProvider,
  deps: StsDeps,
  trace: AssumeTrace,
): void {
  const { audience, authorizedParty } = standard;
  if (trustedProvider.clientIds === undefined || trustedProvider.clientIds.includes(audience)) return;
  const claim = authorizedParty ? 'azp' : 'aud';
  const why = authorizedParty ? ' (when a token has azp, AWS uses it as the audience)' : '';
  throw trace.refuse(
    'audience',
    wrongAudience(deps.settings.errorTexts, {
      reason: 'wrong-audience',
      detail: `The token's ${claim} is "${audience.slice(0, 255)}"${why}; the client IDs of ${trustedProvider.principal} are ${list(trustedProvider.clientIds)}. ${suggestAudience(audience, { arn: trustedProvider.principal, clientIds: trustedProvider.clientIds })}`,
    }),
    { expected: trustedProvider.clientIds, actual: audience },
  );
}

const list = (values: readonly string[]): string =>
  values.length === 0 ? 'none' : values.map(value => `"${value}"`).join(', ');

/** The checks that need the keys: key, signature, times, AWS's own claims. Throws AwsError. */
export function verifyToken(
  unverified: UnverifiedToken,
  answer: IssuerKeysAnswer,
  roleArn: string,
  now: number,
  trace: AssumeTrace,
): WebIdentity {
  const { jwt, standard, trustedProvider } = unverified;
  if (!answer.ok) {
    const refused = answer.reason === 'thumbprint' ? wrongThumbprint : noVerificationKey;
    throw trace.refuse('key', refused({ reason: answer.reason, detail: answer.detail }), {
      source: answer.source,
    });
  }
  const choice = selectKey(jwt, answer.keySet);
  if (!choice.ok) {
    throw trace.refuse('key', noVerificationKey({ reason: choice.code, detail: choice.detail }), {
      source: answer.source,
    });
  }
  trace.pass('key', 'found', { source: answer.source, kid: choice.kid ?? null });
  if (choice.operations) {
    throw trace.refuse(
      'signature',
      notValidated({ reason: 'key-ops', detail: 'The published key has key_ops; AWS does not use keys with key_ops.' }),
    );
  }
  if (!verifySignature(jwt, choice.key)) {
    throw trace.refuse(
      'signature',
      notValidated({
        reason: 'bad-signature',
        detail: `The token's ${jwt.algorithm} signature does not match the issuer's key${choice.kid === undefined ? '' : ` "${choice.kid}"`}.`,
      }),
    );
  }
  trace.pass('signature', 'valid', { algorithm: jwt.algorithm });
  const times = trace.attempt('times', () => checkTimes(jwt.claims, now));
  trace.pass('times', 'valid', times);
  const tags = trace.attempt('tags', () => readTags(jwt.claims));
  if (tags !== undefined) trace.pass('tags', 'well-formed', { keys: tags.tags.map(tag => tag.Key) });
  const sourceIdentity = trace.attempt('source-identity', () => readSourceIdentity(jwt.claims));
  if (sourceIdentity !== undefined) trace.pass('source-identity', 'well-formed', { sourceIdentity });
  const roleAuthorized = trace.attempt('roles-claim', () => authorizedByRoles(jwt.claims, roleArn));
  if (roleAuthorized !== undefined) trace.pass('roles-claim', 'named');
  return {
    trustedProvider,
    claims: jwt.claims,
    standard,
    tags,
    sourceIdentity,
    roleAuthorized: roleAuthorized === true,
  };
}
