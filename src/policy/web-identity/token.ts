/** The checks of AssumeRoleWithWebIdentity on the claims of a token, and its facts. Source: STS API reference and recordings. */
import { AwsError } from '../../aws/error.ts';
import type { Principal } from '../decision.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import { authorizedByRoles, readSourceIdentity, readTags } from './aws-claims.ts';
import {
  checkTimes,
  isOutboundIssuer,
  readAmr,
  readStandardClaims,
  type StandardClaims,
  withoutScheme,
} from './claims.ts';
import { addClaimKeys, addSessionKeys, callContext, type MutableRequestContext } from './context.ts';
import type { AssumableRole, RegisteredProvider } from './directory.ts';
import { AssumeFacts, roleWithArn } from './facts.ts';
import { Members } from './members.ts';
import { packedWebIdentitySize } from './packed-size.ts';
import { type ErrorDetail, invalidIdentityToken, notAuthorized, unknownIssuer, wrongAudience } from './refusals.ts';
import type { Passed } from './run.ts';
import { type AudienceAdvice, explainAudience, explainUnknownIssuer, nearIssuer } from './suggestions.ts';

export const WITH_WEB_IDENTITY = 'sts:AssumeRoleWithWebIdentity';

/** Characters of an iss that are parsed: for non-ASCII letters in a host, the time grows with the square of their number. */
const MAX_ISSUER_LENGTH = 2048;

/** Providers that need no OIDC provider in IAM and issue JWTs: `iss` to the name in a trust policy (STS API reference). */
const builtInProviders: ReadonlyMap<string, string> = new Map([
  ['https://accounts.google.com', 'accounts.google.com'],
  ['accounts.google.com', 'accounts.google.com'],
  ['https://cognito-identity.amazonaws.com', 'cognito-identity.amazonaws.com'],
]);

/** The built-in provider of an `iss`, or undefined. */
export const builtInProvider = (issuer: string): string | undefined => builtInProviders.get(issuer);

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

/** Who requests the session, by a token. */
export interface Requester {
  /** `Federated` value in the trust policy: provider ARN or domain. */
  readonly provider: string;
  /** Prefix of the provider's condition keys. */
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  /** Condition keys that stay in the request context of the session. */
  readonly sessionClaims: Readonly<Record<string, string | readonly string[]>>;
}

const NO_CLAIMS = new Members({});

/** The facts of an AssumeRoleWithWebIdentity call. */
export class WebIdentityFacts<R extends AssumableRole = AssumableRole> extends AssumeFacts<R> {
  /** The claims of the token; none for an opaque token. */
  claims = NO_CLAIMS;
  /** Set by `tokenClaims`. */
  standard!: StandardClaims;
  /** Set by `trustedIssuer`. */
  provider!: TrustedProvider;
  /** Set by `registeredAudience`. */
  requester!: Requester;
  roleAuthorized = false;
  /** Session policies; only their size counts here. */
  sessionPolicies: { readonly inlinePolicy?: string; readonly policyArns?: readonly string[] } = {};
  packedPolicySize = 0;

  caller(): Principal {
    return { type: 'federated', provider: this.requester.provider, account: this.role.account };
  }

  policies(): PolicySet {
    return this.directory.trustPolicies(this.role);
  }

  context(): MutableRequestContext {
    const { requester, role, claims } = this;
    const keys = addSessionKeys(callContext(this.call, role.account), this);
    if (claims !== NO_CLAIMS) {
      addClaimKeys(keys, claims, this.standard.audiences, this.directory.conditionKeys(this.provider.prefix));
    }
    for (const key in requester.sessionClaims) keys.set(key.toLowerCase(), requester.sessionClaims[key] ?? '');
    keys.set('aws:principalaccount', role.account);
    keys.set('aws:principaltype', 'User');
    keys.set('aws:userid', requester.provider);
    keys.set('sts:roleauthorizedbyidp', String(this.roleAuthorized));
    return keys;
  }

  denied(action: string, known: ErrorDetail): AwsError {
    return notAuthorized(action, known);
  }

  explainDenial(action: string): string {
    return `The trust policy of ${this.role.arn} does not allow ${action}.`;
  }
}

/** Reads the required claims. `header` is recorded with the subject. */
export function tokenClaims(facts: WebIdentityFacts, header: Readonly<Record<string, unknown>> = {}): Passed {
  facts.standard = readStandardClaims(facts.claims);
  const { issuer, subject } = facts.standard;
  facts.principal = { type: 'federated', issuer, subject, account: facts.account };
  return { code: 'well-formed', detail: { ...header, subject } };
}

/** Finds the provider of the issuer. */
export function trustedIssuer(facts: WebIdentityFacts): Passed {
  const { account, directory } = facts;
  const { issuer } = facts.standard;
  const url = withoutScheme(issuer);
  const found = directory.provider(account, url);
  if (found !== undefined && found.issuer === issuer && !isOutboundIssuer(url)) {
    facts.provider = trustedProvider(found);
    return { code: 'registered', detail: { issuer } };
  }
  const builtIn = builtInProvider(issuer);
  if (builtIn !== undefined) {
    facts.provider = { principal: builtIn, prefix: builtIn, thumbprints: [], clientIds: undefined };
    return { code: 'built-in', detail: { issuer } };
  }
  // Only the first part of a longer iss is parsed: no provider URL is that long, so the result is an unknown issuer.
  if (!URL.canParse(issuer.slice(0, MAX_ISSUER_LENGTH))) {
    throw invalidIdentityToken('Issuer must be a valid URL', {
      reason: 'bad-issuer',
      detail: `The token's iss, ${issuer.slice(0, 255)}, is not a URL.`,
    });
  }
  const registered = directory.providersOf(account);
  throw unknownIssuer(issuer, directory.errorTexts, {
    reason: 'unknown-issuer',
    detail: explainUnknownIssuer(issuer, account, registered, directory),
    facts: {
      issuer,
      account,
      registered: registered.slice(0, 20).map(known => known.issuer),
      near: nearIssuer(issuer, registered)?.issuer,
    },
  });
}

const trustedProvider = ({ arn, url, thumbprints, clientIds }: RegisteredProvider): TrustedProvider => ({
  principal: arn,
  prefix: url,
  thumbprints,
  clientIds,
});

/** Records the provider of the account; built-in providers have no entity. */
export const foundProvider = ({ provider }: WebIdentityFacts): Passed =>
  provider.clientIds && { code: 'found', detail: { provider: provider.principal } };

/** The audience, `azp` when the token has it, must be a client ID of the provider. */
export function registeredAudience(facts: WebIdentityFacts): Passed {
  const { account, provider, standard, directory } = facts;
  const { audience, subject, authorizedParty } = standard;
  const { principal, clientIds } = provider;
  facts.principal = { type: 'federated', provider: principal, account, subject, audience };
  if (clientIds !== undefined && !clientIds.includes(audience)) {
    const claim = authorizedParty ? 'azp' : 'aud';
    const why = authorizedParty ? ' (when a token has azp, AWS uses it as the audience)' : '';
    const registered = clientIds.length === 0 ? 'none' : clientIds.map(id => `"${id}"`).join(', ');
    const advice = audienceAdvice(facts, clientIds);
    throw wrongAudience(directory.errorTexts, {
      reason: 'wrong-audience',
      detail: `The token's ${claim} is "${audience.slice(0, 255)}"${why}; the client IDs of ${principal} are ${registered}. ${explainAudience(audience, clientIds, advice)}`,
      facts: { expected: clientIds, actual: audience, provider: principal, ...advice },
    });
  }
  facts.audiences = clientIds;
  facts.requester = requesterWith(facts, audience);
  return { code: authorizedParty ? 'azp-registered' : 'registered', detail: { audience } };
}

/** The requester, with this audience. */
function requesterWith({ claims, provider, standard, directory }: WebIdentityFacts, audience: string): Requester {
  const { subject } = standard;
  const { principal, prefix } = provider;
  const names = directory.conditionKeys(prefix);
  const amr = readAmr(claims);
  const sessionClaims =
    amr === undefined
      ? { [names.aud]: audience, [names.sub]: subject }
      : { [names.aud]: audience, [names.sub]: subject, [names.amr]: amr };
  return { provider: principal, issuer: prefix, audience, subject, sessionClaims };
}

/** Which audiences the role accepts: only those are worth asking for. */
function audienceAdvice(facts: WebIdentityFacts, clientIds: readonly string[]): AudienceAdvice {
  const { audience } = facts.standard;
  const key = `${facts.provider.prefix}:aud`;
  const role = roleWithArn(facts.resource, (account, name) => facts.directory.roleNamed(account, name));
  if (role === undefined) return { accepted: [], required: [], isActualAccepted: false };
  facts.role = role;
  const policies = validPolicies(facts);
  if (policies === undefined) return { accepted: [], required: [], isActualAccepted: false };
  const isAccepted = (candidate: string): boolean => {
    facts.requester = requesterWith(facts, candidate);
    const context = facts.context().set(`${facts.provider.prefix}:oaud`.toLowerCase(), candidate);
    const { account } = role;
    const request = { principal: facts.caller(), resource: role.arn, resourceAccount: account, context };
    return evaluate({ ...request, action: WITH_WEB_IDENTITY }, policies).allowed;
  };
  const written = (policies.resource?.statements ?? [])
    .flatMap(({ conditions }) => conditions)
    .filter(({ lowerKey, operator }) => lowerKey === key.toLowerCase() && operator.family === 'string')
    .flatMap(({ values }) => values.filter(value => !/[*?$]/.test(value)));
  return {
    accepted: clientIds.filter(isAccepted),
    required: [...new Set(written)].slice(0, MAX_AUDIENCES).filter(isAccepted),
    isActualAccepted: isAccepted(audience),
  };
}

/** The policies of the role; undefined when its trust policy is not valid, which is not the error of this call. */
function validPolicies(facts: WebIdentityFacts): PolicySet | undefined {
  try {
    return facts.policies();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Maximum number of audiences of a trust policy that are tried. */
const MAX_AUDIENCES = 20;

/** iat, exp and nbf. */
export const tokenTimes = ({ claims, call }: WebIdentityFacts): Passed => ({
  code: 'valid',
  detail: checkTimes(claims, call.now),
});

/** The session tags that the token carries. */
export function tokenTags(facts: WebIdentityFacts): Passed {
  const found = readTags(facts.claims);
  if (found === undefined) return undefined;
  facts.tags = found.tags;
  facts.transitive = found.transitive;
  return { code: 'well-formed', detail: { keys: found.tags.map(tag => tag.Key) } };
}

/** The source identity that the token carries. */
export function tokenSourceIdentity(facts: WebIdentityFacts): Passed {
  const sourceIdentity = readSourceIdentity(facts.claims);
  facts.sourceIdentity = sourceIdentity;
  return sourceIdentity === undefined ? undefined : { code: 'well-formed', detail: { sourceIdentity } };
}

/** The roles claim, when the token has one, must name the role. */
export function rolesClaim(facts: WebIdentityFacts): Passed {
  facts.roleAuthorized = authorizedByRoles(facts.claims, facts.resource) === true;
  return facts.roleAuthorized ? { code: 'named' } : undefined;
}

/** The size of the identity, its tags and the session policies must fit into a session token. */
export function webIdentityPackedSize(facts: WebIdentityFacts): Passed {
  const { requester, sourceIdentity, tags } = facts;
  const { inlinePolicy, policyArns } = facts.sessionPolicies;
  facts.packedPolicySize = packedWebIdentitySize(
    { ...requester, sourceIdentity },
    { policy: inlinePolicy, policyArns, tags },
  );
  return undefined;
}
