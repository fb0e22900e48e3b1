/** AssumeRoot: a short root session in a member account, for the management account of an organization. */

import { iamArn } from '../../aws/arn.ts';
import { validationError } from '../../aws/error.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { assertRegionActive } from '../../policy/web-identity/region.ts';
import type { Check } from '../../policy/web-identity/run.ts';
import { run } from '../assume/run.ts';
import { deniedByCallerPolicies } from '../authorizer.ts';
import { SignedFacts } from '../caller-checks.ts';
import { operation, type StsDeps } from '../deps.ts';
import { userNotAuthorized } from '../errors.ts';
import { assertRegional } from '../regions.ts';
import { issueSession, type SessionFacts } from '../session.ts';
import * as shapes from '../shapes.ts';

/** Maximum and default duration in seconds. */
const MAX_SECONDS = 900;
const ROOT_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const ACCOUNT = /^\d{12}$/;

/** The task policies of AWS (STS API reference, AssumeRoot); each limits the session to one task. */
const TASKS: ReadonlySet<string> = new Set(
  [
    'IAMAuditRootUserCredentials',
    'IAMCreateRootUserPassword',
    'IAMDeleteRootUserCredentials',
    'S3UnlockBucketPolicy',
    'SQSUnlockQueuePolicy',
  ].map(name => `arn:aws:iam::aws:policy/root-task/${name}`),
);

export const assumeRoot = operation({
  name: 'AssumeRoot',
  auth: 'signed',
  input: struct('AssumeRootRequest', {
    TargetPrincipal: text({ min: 12, max: 2048 }),
    TaskPolicyArn: struct('PolicyDescriptorType', { arn: optional(shapes.arn()) }),
    DurationSeconds: optional(integer({ min: 0, max: MAX_SECONDS })),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('AssumeRootResponse', {
    Credentials: shapes.credentials(),
    SourceIdentity: optional(text()),
    ...shapes.tokenSizeMembers(),
  }),
  handle(input, call, deps) {
    const target = ACCOUNT.test(input.TargetPrincipal)
      ? input.TargetPrincipal
      : ROOT_ARN.exec(input.TargetPrincipal)?.[1];
    const resource = target === undefined ? input.TargetPrincipal : iamArn(target, 'root');
    const request = { target, task: input.TaskPolicyArn.arn ?? '' };
    const { session } = call.caller;
    return run(checks, new RootFacts(resource, request, call, deps), call, deps, facts => {
      const root: SessionFacts = {
        kind: 'root',
        account: facts.account,
        taskPolicyArn: request.task,
        ...defined({ sourceIdentity: session?.sourceIdentity, chained: session && true }),
      };
      // 0 is the default too.
      const seconds = input.DurationSeconds || MAX_SECONDS;
      return {
        ...issueSession(root, seconds, call.now, deps, input.MinimumSessionTokenSize),
        ...defined({ SourceIdentity: session?.sourceIdentity }),
      };
    });
  },
});

interface RootRequest {
  /** Account number; undefined when TargetPrincipal is neither an account number nor the ARN of a root user. */
  readonly target: string | undefined;
  /** ARN of the task policy. */
  readonly task: string;
}

class RootFacts extends SignedFacts<RootRequest> {
  /** Set by the check of the target. */
  account!: string;
}

const checks: readonly Check<RootFacts>[] = [
  {
    name: 'region',
    run({ call }) {
      assertRegional(call);
      return undefined;
    },
  },
  {
    name: 'target',
    run(facts) {
      const { target } = facts.input;
      if (target === undefined) {
        throw validationError('Request must contain a valid target principal', {
          reason: 'bad-target-principal',
          detail: 'TargetPrincipal must be an account number or the ARN of an account root user.',
        });
      }
      facts.account = target;
      return undefined;
    },
  },
  {
    name: 'region',
    run({ account, call, deps }) {
      assertRegionActive(call.region, account, deps.settings.disabledRegions);
      return undefined;
    },
  },
  {
    name: 'policies',
    run(facts) {
      const { action, resource, input, call, deps } = facts;
      const target = { resource, context: { 'sts:TaskPolicyArn': input.task } };
      const denied = deniedByCallerPolicies(facts, call, [action], target, deps);
      if (denied === undefined) return undefined;
      const detail = `${call.caller.arn} is not allowed to perform ${action} on ${resource}.`;
      throw userNotAuthorized(call.caller.arn, action, resource, { reason: denied.reason, detail });
    },
  },
  {
    name: 'organization',
    run({ action, resource, account, input, call, deps }) {
      const { caller } = call;
      const outside = organizationRefusal(caller.account, account, input.task, deps);
      if (outside !== undefined) throw userNotAuthorized(caller.arn, action, resource, outside);
      return { code: 'management-account' };
    },
  },
];

/** Why the organization does not allow the caller to assume root in the account; undefined when it does. */
function organizationRefusal(
  caller: string,
  target: string,
  task: string,
  deps: StsDeps,
): { readonly reason: string; readonly detail: string } | undefined {
  const management = deps.iam.settings.organization?.managementAccount;
  if (management === undefined) {
    return {
      reason: 'no-organization',
      detail: 'The configuration declares no organization, so there is no management account.',
    };
  }
  if (caller !== management || target === management) {
    return {
      reason: 'not-management-account',
      detail: `Only the management account ${management} can call AssumeRoot, and only for a member account.`,
    };
  }
  if (!deps.iam.settings.declaredAccounts.includes(target)) {
    return { reason: 'not-a-member', detail: `The configuration does not declare account ${target}.` };
  }
  return TASKS.has(task)
    ? undefined
    : { reason: 'unknown-task-policy', detail: `${task} is not an AWS root task policy.` };
}
