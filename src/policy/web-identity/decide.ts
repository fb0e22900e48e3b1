/**
 * Decides an AssumeRoleWithWebIdentity call from the content of its token, without a server. The key and the signature are taken as
 * valid; the call has no session policies and asks for the default duration.
 */
import type { Decision } from '../decision.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import { type CallContext, issuerKeyNames } from './context.ts';
import type { AssumableRole, Directory, RegisteredProvider } from './directory.ts';
import { activeRegion, evaluatePolicies, findRole, roleArn } from './facts.ts';
import { readHeader } from './header.ts';
import { Members } from './members.ts';
import { checkParameters } from './parameters.ts';
import { type ErrorTexts, notAJwt } from './refusals.ts';
import { type Check, explainOutcome, outcomeOf, type Passed, runChecks } from './run.ts';
import {
  foundProvider,
  registeredAudience,
  rolesClaim,
  tokenClaims,
  tokenSourceIdentity,
  tokenTags,
  tokenTimes,
  trustedIssuer,
  WebIdentityFacts,
  WITH_WEB_IDENTITY,
  webIdentityPackedSize,
} from './token.ts';

/** A role with its trust policy. */
export interface DeclaredRole extends AssumableRole {
  /** Throws AwsError when the policy is not valid. */
  policies(): PolicySet;
}

export interface WebIdentityCall {
  readonly roleArn: string;
  readonly sessionName: string;
  /** The token as text, to check its length. */
  readonly token?: string | undefined;
  /** The header of the token; undefined: that of a token that AWS accepts. */
  readonly header?: Readonly<Record<string, unknown>> | undefined;
  /** The claims of the token, whose signature is taken as valid. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly call: CallContext;
  readonly providers: readonly RegisteredProvider[];
  readonly roles: readonly DeclaredRole[];
  /** Default: `2026`. */
  readonly errorTexts?: ErrorTexts;
  readonly disabledRegions?: Directory['disabledRegions'];
  /** Whether an allow is explained as one that should not be. */
  readonly unwanted?: boolean;
}

/** The facts of a call whose token is given as header and claims. */
class PageFacts extends WebIdentityFacts<DeclaredRole> {
  header: WebIdentityCall['header'];
}

/** Reads header and claims. */
function parsedClaims(facts: PageFacts): Passed {
  const header = facts.header && readHeader(new Members(facts.header), true);
  if (header?.ok === false) throw notAJwt({ reason: header.code, detail: header.detail });
  return tokenClaims(facts);
}

/** A decision without the members that a decision log adds. */
export type DecisionContent = Omit<Decision, 'id' | 'at'>;

/** The checks of the operation, in AWS's order. */
export const claimChecks: readonly Check<PageFacts>[] = [
  { name: 'role-arn', run: roleArn },
  { name: 'region', run: activeRegion },
  { name: 'token-parsed', run: parsedClaims },
  { name: 'issuer', run: trustedIssuer },
  { name: 'provider', run: foundProvider },
  { name: 'audience', run: registeredAudience },
  { name: 'times', run: tokenTimes },
  { name: 'tags', run: tokenTags },
  { name: 'source-identity', run: tokenSourceIdentity },
  { name: 'roles-claim', run: rolesClaim },
  { name: 'role', run: findRole },
  { name: 'trust', run: evaluatePolicies },
  { name: 'packed-size', run: webIdentityPackedSize },
];

/** Runs the checks up to the first that refuses, and explains the outcome. */
export function decideWebIdentity(request: WebIdentityCall): DecisionContent {
  const facts = new PageFacts(WITH_WEB_IDENTITY, request, request.call, directoryOf(request));
  facts.claims = new Members(request.claims);
  facts.header = request.header;
  const parameters = {
    name: 'parameters',
    run(): undefined {
      const { roleArn, sessionName, token } = request;
      checkParameters({ roleArn, roleSessionName: sessionName, webIdentityToken: token });
    },
  };
  const refused = runChecks([parameters, ...claimChecks], facts);
  const { evaluated, detail, ...content } = outcomeOf(facts, refused);
  const layers = evaluated === undefined ? [] : evaluate(evaluated.request, evaluated.policies).layers;
  const trustPolicy = evaluated?.policies.resource?.document;
  return {
    ...content,
    layers,
    ...(trustPolicy === undefined ? {} : { trustPolicy }),
    ...explainOutcome(evaluated, detail, content.steps, request.unwanted),
  };
}

const directoryOf = ({
  providers,
  roles,
  disabledRegions,
  errorTexts = '2026',
}: WebIdentityCall): Directory<DeclaredRole> => ({
  provider: (account, url) => providers.find(provider => provider.account === account && provider.url === url),
  providersOf: account => providers.filter(provider => account === undefined || provider.account === account),
  roleNamed: (account, name) =>
    roles.find(role => role.account === account && role.name.toLowerCase() === name.toLowerCase()),
  rolesOf: account => roles.filter(role => account === undefined || role.account === account),
  trustPolicies: role => role.policies(),
  conditionKeys: issuerKeyNames,
  disabledRegions,
  errorTexts,
});
