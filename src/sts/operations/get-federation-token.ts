/** GetFederationToken: a federated user session, limited to the intersection of its session policies and the caller's policies. */

import { federatedUserArn } from '../../authorization/principals.ts';
import { policyPrincipal } from '../../authorization/request-context.ts';
import { stsArn } from '../../aws/arn.ts';
import { accessDenied } from '../../aws/error.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { authorizeAction } from '../authorizer.ts';
import { operation } from '../deps.ts';
import { packedSize } from '../packed-size.ts';
import { assertRegionActive } from '../regions.ts';
import { issueSession, ownSessionSeconds, type SessionFacts } from '../session.ts';
import { sessionPolicies } from '../session-policies.ts';
import { distinctKeys, requestTagKeys } from '../session-tags.ts';
import * as shapes from '../shapes.ts';

const ACTION = 'sts:GetFederationToken';

export const getFederationToken = operation({
  name: 'GetFederationToken',
  auth: 'signed',
  input: struct('GetFederationTokenRequest', {
    Name: shapes.federatedName(),
    Policy: optional(shapes.sessionPolicy(2048)),
    PolicyArns: optional(shapes.policyArns()),
    DurationSeconds: optional(integer({ min: 900, max: 129_600 })),
    Tags: optional(shapes.tags()),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('GetFederationTokenResponse', {
    Credentials: shapes.credentials(),
    FederatedUser: struct('FederatedUser', { FederatedUserId: text(), Arn: text() }),
    PackedPolicySize: integer(),
    ...shapes.tokenSizeMembers(),
  }),
  handle(input, call, deps) {
    const { caller } = call;
    const { account } = caller;
    const trace = new AssumeTrace(ACTION, stsArn(account, `federated-user/${input.Name}`), policyPrincipal(caller));
    return decide(
      trace,
      call,
      deps.decisionLog,
      () => {
        if (caller.session !== undefined || (caller.kind !== 'user' && caller.kind !== 'root')) {
          throw trace.refuse(
            'caller',
            accessDenied('Cannot call GetFederationToken with session credentials', {
              reason: 'session-credentials',
              detail: `${caller.arn} signed with temporary credentials; GetFederationToken requires long-term credentials.`,
            }),
          );
        }
        trace.pass('caller', 'long-term-credentials', { arn: caller.arn });
        trace.attempt('region', () => assertRegionActive(call.region, account, deps.settings));
        const tags = input.Tags ?? [];
        trace.attempt('tags', () => distinctKeys(tags));
        const target = { resource: trace.resource, context: requestTagKeys(tags) };
        for (const action of [ACTION, ...(tags.length === 0 ? [] : ['sts:TagSession'])]) {
          authorizeAction(trace, call, action, target, deps);
        }
        const policies = trace.attempt('session-policy', () => sessionPolicies(input, account, deps.store));
        const packed = trace.attempt('packed-size', () =>
          packedSize({ policy: policies.inlinePolicy, policyArns: policies.policyArns, tags }),
        );
        const facts: SessionFacts = {
          kind: 'federated-user',
          account,
          name: input.Name,
          parentKeyId: caller.accessKeyId,
          ...(caller.kind === 'user' ? { entityId: caller.entityId } : {}),
          ...policies,
          ...(tags.length === 0 ? {} : { tags }),
        };
        return { facts, packed, seconds: ownSessionSeconds(input.DurationSeconds, caller.kind) };
      },
      ({ facts, packed, seconds }) => ({
        ...issueSession(facts, seconds, call.now, deps, input.MinimumSessionTokenSize),
        FederatedUser: {
          FederatedUserId: `${account}:${input.Name}`,
          Arn: federatedUserArn(account, input.Name),
        },
        PackedPolicySize: packed,
      }),
    );
  },
});
