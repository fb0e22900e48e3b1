/** The facts of an assume call, which its checks read and add to, and the checks that all operations share. */
import { parseArn } from '../../aws/arn.ts';
import type { AwsError } from '../../aws/error.ts';
import type { Principal } from '../decision.ts';
import type { PolicySet } from '../evaluate.ts';
import type { CallContext, MutableRequestContext, SessionTag } from './context.ts';
import type { AssumableRole, Directory } from './directory.ts';
import { type ErrorDetail, invalidArn } from './refusals.ts';
import { assertRegionActive } from './region.ts';
import { AssumeTrace, type Passed } from './run.ts';
import { explainUnknownRole } from './suggestions.ts';

/** The facts of a call of any operation that assumes a role. A check sets what the later ones read. */
export abstract class AssumeFacts<R extends AssumableRole = AssumableRole> extends AssumeTrace {
  readonly call: CallContext;
  readonly directory: Directory<R>;
  readonly sessionName: string;
  /** The account of the role ARN; set by `roleArn`. */
  account = '';
  /** Set by `findRole`. */
  role!: R;
  tags: readonly SessionTag[] = [];
  transitive: readonly string[] = [];
  sourceIdentity: string | undefined = undefined;

  constructor(
    action: string,
    request: { readonly roleArn: string; readonly sessionName: string },
    call: CallContext,
    directory: Directory<R>,
  ) {
    super(action, request.roleArn);
    this.sessionName = request.sessionName;
    this.call = call;
    this.directory = directory;
  }

  /** The caller, as the policies are evaluated for it. */
  abstract caller(): Principal;
  abstract policies(): PolicySet;
  abstract context(): MutableRequestContext;
  /** AWS's error for an action that is not allowed. */
  abstract denied(action: string, known: ErrorDetail): AwsError;
  /** One sentence that says who is not allowed to perform the action. */
  abstract explainDenial(action: string): string;
}

/** Reads the account of the role ARN. Throws ValidationError (`… is invalid`) when the text is not an ARN. */
export function roleArn(facts: { readonly resource: string; account: string }): Passed {
  const arn = parseArn(facts.resource);
  if (arn === undefined) throw invalidArn(facts.resource);
  facts.account = arn.account;
  return undefined;
}

/** STS must be active in the region for the account of the role. */
export function activeRegion({ account, call, directory }: AssumeFacts): Passed {
  assertRegionActive(call.region, account, directory.disabledRegions);
  return undefined;
}

/** The role with exactly this ARN; `roleNamed` finds one by account and name. */
export function roleWithArn<R extends AssumableRole>(
  arn: string,
  roleNamed: (account: string, name: string) => R | undefined,
): R | undefined {
  const parsed = parseArn(arn);
  const role = parsed && roleNamed(parsed.account, arn.slice(arn.lastIndexOf('/') + 1));
  return role?.arn === arn ? role : undefined;
}

/** Finds the role. Throws AccessDenied when no role has the ARN. */
export function findRole<R extends AssumableRole>(facts: AssumeFacts<R>): Passed {
  const { directory } = facts;
  const role = roleWithArn(facts.resource, (account, name) => directory.roleNamed(account, name));
  if (role === undefined) {
    throw facts.denied(facts.action, { reason: 'unknown-role', ...explainUnknownRole(facts.resource, directory) });
  }
  facts.role = role;
  return { code: 'found', detail: { role: role.arn } };
}

/** The actions that the policies must allow: the call, and tags and source identity when the session has them. */
export const actionsOf = (
  action: string,
  { tags, sourceIdentity }: Pick<AssumeFacts, 'tags' | 'sourceIdentity'>,
): readonly string[] => [
  action,
  ...(tags.length === 0 ? [] : ['sts:TagSession']),
  ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
];

/** Evaluates the policies for each action. Throws AccessDenied for the first that they do not allow. */
export function evaluatePolicies<R extends AssumableRole>(facts: AssumeFacts<R>): Passed {
  const { role } = facts;
  const policies = facts.policies();
  const actions = actionsOf(facts.action, facts);
  const request = {
    principal: facts.caller(),
    resource: role.arn,
    resourceAccount: role.account,
    context: facts.context(),
  };
  const denied = facts.firstDenied(request, actions, policies);
  if (denied !== undefined) {
    const { action, reason } = denied;
    throw facts.denied(action, { reason, detail: facts.explainDenial(action) });
  }
  return { code: 'allowed', detail: { actions } };
}
