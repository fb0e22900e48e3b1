/** An AWS service assumes a role for a workload (`Principal: {"Service": …}`), as ECS and EKS Pod Identity do. */

import type { Role, Tag } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { Call } from '../../aws/operation.ts';
import type { StsDeps } from '../deps.ts';
import { userNotAuthorized } from '../errors.ts';
import { packedSize } from '../packed-size.ts';
import type { SessionFacts } from '../session.ts';
import { assertTags } from '../session-tags.ts';
import { explainUnknownRole } from '../suggestions.ts';
import type { AssumeTrace } from './assume-trace.ts';
import { accountOfRole, assumeContext, findRole, trustPolicies } from './trust.ts';

export interface ServiceRequest {
  /** `ecs-tasks.amazonaws.com`, `pods.eks.amazonaws.com`. */
  readonly service: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** Requested duration in seconds; the role's MaxSessionDuration is the upper limit. */
  readonly seconds: number;
  /** All are transitive, like the session tags of EKS Pod Identity (Amazon EKS User Guide, pod-id-abac). */
  readonly tags: readonly Tag[];
}

interface ServiceGrant {
  readonly role: Role;
  readonly facts: SessionFacts;
  readonly seconds: number;
}

/** Evaluates the role's trust policy only. Throws AwsError. */
export function assumeAsService(
  request: ServiceRequest,
  call: Call<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): ServiceGrant {
  trace.principal = { type: 'service', service: request.service };
  trace.attempt('role-arn', () => accountOfRole(request.roleArn));
  trace.attempt('tags', () => assertTags({ tags: request.tags, transitive: [] }, undefined));
  const role = findRole(request.roleArn, deps.store);
  const refused = (action: string, reason: string, detail: string) =>
    userNotAuthorized(request.service, action, request.roleArn, { reason, detail });
  if (role === undefined) {
    throw trace.refuse(
      'role',
      refused('sts:AssumeRole', 'unknown-role', explainUnknownRole(request.roleArn, deps.store)),
    );
  }
  trace.pass('role', 'found', { role: role.arn });
  const transitive = request.tags.map(tag => tag.Key);
  const requested = { sessionName: request.sessionName, tags: request.tags, transitive };
  const context = assumeContext(call, role, requested, deps.store);
  context.set('aws:principalisawsservice', 'true');
  context.set('aws:principalservicename', request.service);
  context.set('aws:sourceaccount', role.account);
  const actions = ['sts:AssumeRole', ...(request.tags.length === 0 ? [] : ['sts:TagSession'])];
  for (const action of actions) {
    const evaluation = trace.evaluatePolicies(
      {
        principal: { type: 'service', service: request.service },
        action,
        resource: role.arn,
        resourceAccount: role.account,
        context,
      },
      trustPolicies(role, deps),
    );
    if (!evaluation.allowed) {
      const detail = `The trust policy of ${role.arn} does not allow ${request.service} to perform ${action}.`;
      throw trace.refuse('trust', refused(action, evaluation.reason, detail));
    }
  }
  trace.pass('trust', 'allowed', { actions });
  const seconds = Math.min(request.seconds, role.maxSessionDuration);
  trace.attempt('packed-size', () => packedSize({ tags: request.tags }));
  return {
    role,
    facts: {
      kind: 'role',
      account: role.account,
      entityId: role.id,
      name: request.sessionName,
      ...(request.tags.length === 0 ? {} : { tags: request.tags }),
      ...(transitive.length === 0 ? {} : { transitive }),
    },
    seconds,
  };
}
