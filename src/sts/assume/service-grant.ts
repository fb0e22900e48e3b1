/** An AWS service assumes a role for a workload (`Principal: {"Service": …}`), as ECS and EKS Pod Identity do. */

import type { Role, Tag } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { Call } from '../../aws/operation.ts';
import type { StsDeps } from '../deps.ts';
import { userNotAuthorized } from '../errors.ts';
import { packedSize } from '../packed-size.ts';
import type { SessionFacts } from '../session.ts';
import { assertTags } from '../session-tags.ts';
import { unknownRoleSentence } from '../suggestions.ts';
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
  asked: ServiceRequest,
  call: Call<Caller>,
  deps: StsDeps,
  handshake: AssumeTrace,
): ServiceGrant {
  handshake.principal = { type: 'service', service: asked.service };
  handshake.attempt('role-arn', () => accountOfRole(asked.roleArn));
  handshake.attempt('tags', () => assertTags({ tags: asked.tags, transitive: [] }, undefined));
  const role = findRole(asked.roleArn, deps.store);
  const refused = (action: string, reason: string, detail: string) =>
    userNotAuthorized(asked.service, action, asked.roleArn, { reason, detail });
  if (role === undefined) {
    throw handshake.refuse(
      'role',
      refused('sts:AssumeRole', 'unknown-role', unknownRoleSentence(asked.roleArn, deps.store)),
    );
  }
  handshake.pass('role', 'found', { role: role.arn });
  const transitive = asked.tags.map(tag => tag.Key);
  const wanted = { sessionName: asked.sessionName, tags: asked.tags, transitive };
  const context = assumeContext(call, role, wanted, deps.store);
  context.set('aws:principalisawsservice', 'true');
  context.set('aws:principalservicename', asked.service);
  context.set('aws:sourceaccount', role.account);
  const actions = ['sts:AssumeRole', ...(asked.tags.length === 0 ? [] : ['sts:TagSession'])];
  for (const action of actions) {
    const evaluation = handshake.judge(
      {
        principal: { type: 'service', service: asked.service },
        action,
        resource: role.arn,
        resourceAccount: role.account,
        context,
      },
      trustPolicies(role, deps),
    );
    if (!evaluation.allowed) {
      const detail = `The trust policy of ${role.arn} does not allow ${asked.service} to perform ${action}.`;
      throw handshake.refuse('trust', refused(action, evaluation.reason, detail));
    }
  }
  handshake.pass('trust', 'allowed', { actions });
  const seconds = Math.min(asked.seconds, role.maxSessionDuration);
  handshake.attempt('packed-size', () => packedSize({ tags: asked.tags }));
  return {
    role,
    facts: {
      kind: 'role',
      account: role.account,
      entityId: role.id,
      name: asked.sessionName,
      ...(asked.tags.length === 0 ? {} : { tags: asked.tags }),
      ...(transitive.length === 0 ? {} : { transitive }),
    },
    seconds,
  };
}
