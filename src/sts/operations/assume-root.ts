/** AssumeRoot: a short root session in a member account, for the management account of an organization. */

import { policyPrincipal } from '../../authorization/request-context.ts';
import { iamArn } from '../../aws/arn.ts';
import { validationError } from '../../aws/error.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { evaluateIdentity } from '../authorizer.ts';
import { operation, type StsDeps } from '../deps.ts';
import { userNotAuthorized } from '../errors.ts';
import { assertRegionActive, assertRegional } from '../regions.ts';
import { issueSession } from '../session.ts';
import * as shapes from '../shapes.ts';

const ACTION = 'sts:AssumeRoot';
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
    DurationSeconds: optional(integer({ min: 0, max: 900 })),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('AssumeRootResponse', {
    Credentials: shapes.credentials(),
    SourceIdentity: optional(text()),
    ...shapes.tokenSizeMembers(),
  }),
  handle(input, call, deps) {
    const { caller } = call;
    const target = ACCOUNT.test(input.TargetPrincipal)
      ? input.TargetPrincipal
      : ROOT_ARN.exec(input.TargetPrincipal)?.[1];
    const resource = target === undefined ? input.TargetPrincipal : iamArn(target, 'root');
    const trace = new AssumeTrace(ACTION, resource, policyPrincipal(caller));
    return decide(
      trace,
      call,
      deps.decisionLog,
      () => {
        trace.attempt('region', () => assertRegional(call));
        if (target === undefined) {
          throw trace.refuse(
            'target',
            validationError('Request must contain a valid target principal', {
              reason: 'bad-target-principal',
              detail: 'TargetPrincipal must be an account number or the ARN of an account root user.',
            }),
          );
        }
        trace.attempt('region', () => assertRegionActive(call.region, target, deps.settings));
        const taskPolicyArn = input.TaskPolicyArn.arn ?? '';
        const context = { 'sts:TaskPolicyArn': taskPolicyArn };
        const evaluation = evaluateIdentity(trace, call, ACTION, { resource, context }, deps);
        if (!evaluation.allowed) {
          const detail = `${caller.arn} is not allowed to perform ${ACTION} on ${resource}.`;
          const known = { reason: evaluation.reason, detail };
          throw trace.refuse('policies', userNotAuthorized(caller.arn, ACTION, resource, known));
        }
        const outside = organizationRefusal(caller.account, target, taskPolicyArn, deps);
        if (outside !== undefined) {
          throw trace.refuse('organization', userNotAuthorized(caller.arn, ACTION, resource, outside));
        }
        trace.pass('organization', 'management-account');
        return { target, taskPolicyArn };
      },
      grant => ({
        ...issueSession(
          {
            kind: 'root',
            account: grant.target,
            taskPolicyArn: grant.taskPolicyArn,
            ...defined({ sourceIdentity: caller.session?.sourceIdentity, chained: caller.session && true }),
          },
          input.DurationSeconds === undefined || input.DurationSeconds === 0 ? 900 : input.DurationSeconds,
          call.now,
          deps,
          input.MinimumSessionTokenSize,
        ),
        ...defined({ SourceIdentity: caller.session?.sourceIdentity }),
      }),
    );
  },
});

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
