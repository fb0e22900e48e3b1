/**
 * Checks that IAM makes when a trust policy is saved, beyond the grammar: actions, principals, and conditions on the claims of shared
 * OIDC issuers. Source: id_roles_providers_oidc_secure-by-default; texts and edges recorded (test/parity/recorded).
 */
import { splitArn } from '../aws/arn.ts';
import { isObject, pointerStep } from '../kernel/json.ts';
import type { CompiledCondition } from './conditions.ts';
import type { PolicyError } from './decision.ts';
import { type CompiledPolicy, listOf } from './document.ts';
import { matchWildcard } from './match.ts';
import type { CompiledStatement } from './statement.ts';

const assume = 'sts:assumerolewithwebidentity';

/** Actions other than the AssumeRole family that a trust policy may contain. They are case-sensitive (recorded). */
const otherTrustActions: ReadonlySet<string> = new Set(['sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext']);

const isTrustAction = (action: string): boolean => action.startsWith('sts:AssumeRole') || otherTrustActions.has(action);

/** The conditions that a shared issuer needs. */
interface SharedIssuer {
  /** Claims after `<issuer>:`, or full keys if they contain a colon. The policy must have a condition on one of them. */
  readonly claims: readonly string[];
  /** Whether the message names the provider ARN (true) or the issuer. */
  readonly namesArn?: boolean;
  /** Whether the rule applies to every issuer that begins with this name (recorded for GitHub). */
  readonly prefix?: boolean;
  /** Whether a value is too broad; by default only `*` itself. */
  readonly wide?: (value: string) => boolean;
}

const isStar = (value: string): boolean => value === '*';
/** GitHub's rule: no value may begin with a star or be blank. */
const isOpen = (value: string): boolean => value.startsWith('*') || value.trim() === '';

const sub: SharedIssuer = { claims: ['sub'] };
const aud: SharedIssuer = { claims: ['aud'] };

const sharedIssuers: ReadonlyMap<string, SharedIssuer> = new Map<string, SharedIssuer>([
  [
    'token.actions.githubusercontent.com',
    { claims: ['sub', 'job_workflow_ref'], namesArn: true, prefix: true, wide: isOpen },
  ],
  ['vstoken.actions.githubusercontent.com', sub],
  ['oidc-configuration.audit-log.githubusercontent.com', sub],
  ['gitlab.com', sub],
  ['agent.buildkite.com', sub],
  ['app.terraform.io', sub],
  ['oidc.codefresh.io', sub],
  ['scalr.io', sub],
  ['proidc.upbound.io', sub],
  ['studio.datachain.ai/api', sub],
  ['tokens.cloud.shisho.dev', sub],
  ['cognito-identity.amazonaws.com', aud],
  ['api.pulumi.com/oidc', aud],
  ['oidc.vercel.com', aud],
  ['sandboxes.cloud', aud],
  ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', { claims: ['sts:RoleSessionName'] }],
]);

const cognito = 'cognito-identity.amazonaws.com';
const bindingOperators: ReadonlySet<string> = new Set(['StringEquals', 'StringLike', 'StringEqualsIgnoreCase']);

/** Built-in OAuth 2.0 providers and the keys that name the application. The keys are case-sensitive (recorded). */
const applicationKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['accounts.google.com', ['aud', 'oaud', 'sub']],
  ['www.amazon.com', ['app_id', 'sub']],
  ['graph.facebook.com', ['app_id', 'sub']],
]);
const applicationOperators: ReadonlySet<string> = new Set(['StringEquals', 'StringEqualsIgnoreCase']);

/** The issuer of a Federated principal: the part after `oidc-provider/`, or the domain itself. */
export function issuerOf(federated: string): string {
  const resource = splitArn(federated)?.[5];
  return resource?.startsWith('oidc-provider/') === true ? resource.slice('oidc-provider/'.length) : federated;
}

/** The rule for an issuer; undefined when the issuer is not shared. */
function sharedIssuerRule(issuer: string): SharedIssuer | undefined {
  const exact = sharedIssuers.get(issuer);
  if (exact !== undefined) return exact;
  for (const [name, rule] of sharedIssuers) if (rule.prefix === true && issuer.startsWith(name)) return rule;
  return undefined;
}

/** Full condition keys of a rule for one issuer. */
const bindingKeys = (issuer: string, rule: SharedIssuer): readonly string[] =>
  rule.claims.map(claim => (claim.includes(':') ? claim : `${issuer}:${claim}`));

/** All errors of a trust policy that can be found without a store; the messages are AWS's. Empty when IAM saves the policy. */
export function checkTrustWrite(policy: CompiledPolicy): PolicyError[] {
  const faults: PolicyError[] = [];
  const single = isObject(policy.document['Statement']);
  for (const statement of policy.statements) {
    const path = single ? '/Statement' : `/Statement/${statement.index}`;
    checkStar(statement, path, faults);
    checkActions(statement, path, faults);
    if (statement.effect === 'Allow' && allowsWebIdentity(statement)) checkIssuers(statement, path, faults);
  }
  return faults;
}

function checkStar({ principals }: CompiledStatement, path: string, faults: PolicyError[]): void {
  if (principals?.star !== true) return;
  const message = 'AssumeRolepolicy contained an invalid principal: "STAR":"*".';
  faults.push({ path: `${path}/${principals.element}`, code: 'principal-star', message });
}

function checkActions({ actions }: CompiledStatement, path: string, faults: PolicyError[]): void {
  if (actions === undefined) return;
  const message = 'AssumeRole policy may only specify STS AssumeRole actions.';
  const at = `${path}/${actions.element}`;
  if (actions.element === 'NotAction' || !actions.written.every(isTrustAction)) {
    faults.push({ path: at, code: 'action-not-assume-role', message });
  }
}

const allowsWebIdentity = ({ actions }: CompiledStatement): boolean =>
  actions?.written.some(action => matchWildcard(action.toLowerCase(), assume)) === true;

function checkIssuers(statement: CompiledStatement, path: string, faults: PolicyError[]): void {
  for (const principal of statement.principals?.federated ?? []) {
    const issuer = issuerOf(principal);
    const message = issuerError(principal, issuer, statement.conditions);
    if (message !== undefined) faults.push({ path: `${path}/Condition`, code: 'shared-issuer', message });
  }
}

function issuerError(principal: string, issuer: string, conditions: readonly CompiledCondition[]): string | undefined {
  const application = applicationKeys.get(principal);
  if (application !== undefined) {
    const keys = new Set(application.map(claim => `${principal}:${claim}`));
    const bound = conditions.some(
      one => keys.has(one.key) && !one.ifExists && applicationOperators.has(one.operator.name),
    );
    return bound ? undefined : `Policy trusting ${principal} requires a StringEquals condition on an application id`;
  }
  const rule = sharedIssuerRule(issuer);
  if (rule === undefined) return undefined;
  if (issuer === cognito && conditions.length === 0)
    return 'A condition block must be present for the Cognito provider';
  const keys = bindingKeys(issuer, rule);
  const lower = new Set(keys.map(key => key.toLowerCase()));
  const wide = rule.wide ?? isStar;
  const binding = conditions.filter(
    one => lower.has(one.lowerKey) && !one.ifExists && bindingOperators.has(one.operator.name),
  );
  const narrow = binding.map(one => !one.values.some(wide));
  // For GitHub, every condition on one of the claims must be narrow; for other issuers one narrow condition is enough (recorded).
  const bound = rule.wide === undefined ? narrow.some(Boolean) : narrow.length > 0 && narrow.every(Boolean);
  if (bound) return undefined;
  return (
    `Trust policy with trusted principal ${rule.namesArn === true ? principal : issuer} must evaluate, using StringEquals, ` +
    `StringLike or StringEqualsIgnoreCase, ${keys.join(' or ')} which is not scoped to all.`
  );
}

/** One value under `Principal: {"AWS": …}` of a policy, as written, with its JSON Pointer. */
export interface WrittenPrincipal {
  readonly path: string;
  readonly text: string;
}

/** The AWS principals of a policy other than `*`; IAM checks that they exist and replaces ARNs by unique ids. */
export function trustPrincipals(policy: CompiledPolicy): readonly WrittenPrincipal[] {
  const found: WrittenPrincipal[] = [];
  const { document } = policy;
  const single = isObject(document['Statement']);
  for (const [index, statement] of listOf(document['Statement']).entries()) {
    if (!isObject(statement)) continue;
    for (const element of ['Principal', 'NotPrincipal']) {
      const principal = statement[element];
      if (!isObject(principal) || principal['AWS'] === undefined) continue;
      const base = `/Statement${single ? '' : `/${index}`}/${element}${pointerStep('AWS')}`;
      const value = principal['AWS'];
      for (const [place, text] of listOf(value).entries()) {
        if (typeof text !== 'string' || text === '*') continue;
        found.push({ path: Array.isArray(value) ? `${base}/${place}` : base, text });
      }
    }
  }
  return found;
}
