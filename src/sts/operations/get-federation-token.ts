/** GetFederationToken: a federated user session, limited to the intersection of its session policies and the caller's policies. */

import type { Tag } from '../../accounts/model.ts';
import { federatedUserArn } from '../../authorization/principals.ts';
import { stsArn } from '../../aws/arn.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { actionsOf } from '../../policy/web-identity/facts.ts';
import { packedSize } from '../../policy/web-identity/packed-size.ts';
import type { Check } from '../../policy/web-identity/run.ts';
import { run } from '../assume/run.ts';
import { authorizeActions } from '../authorizer.ts';
import { callerRegion, type LongTermCaller, longTermCaller, SignedFacts } from '../caller-checks.ts';
import { operation } from '../deps.ts';
import { issueSession, ownSessionSeconds, type SessionFacts } from '../session.ts';
import { type RequestedPolicies, type SessionPolicies, sessionPolicies } from '../session-policies.ts';
import { distinctKeys, requestTagKeys } from '../session-tags.ts';
import * as shapes from '../shapes.ts';

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
    const resource = stsArn(call.caller.account, `federated-user/${input.Name}`);
    const facts = new FederationFacts(resource, input, call, deps);
    return run(checks, facts, call, deps, ({ caller, tags, packed, policies }) => {
      const { kind, account, accessKeyId: parentKeyId } = caller;
      const session: SessionFacts = {
        kind: 'federated-user',
        account,
        name: input.Name,
        parentKeyId,
        ...(kind === 'user' ? { entityId: caller.entityId } : {}),
        ...policies,
        ...(tags.length === 0 ? {} : { tags }),
      };
      const seconds = ownSessionSeconds(input.DurationSeconds, kind);
      return {
        ...issueSession(session, seconds, call.now, deps, input.MinimumSessionTokenSize),
        FederatedUser: {
          FederatedUserId: `${account}:${input.Name}`,
          Arn: federatedUserArn(account, input.Name),
        },
        PackedPolicySize: packed,
      };
    });
  },
});

interface FederationRequest extends RequestedPolicies {
  readonly Name: string;
  readonly Tags?: readonly Tag[] | undefined;
}

class FederationFacts extends SignedFacts<FederationRequest> {
  readonly tags = this.input.Tags ?? [];
  caller!: LongTermCaller;
  policies: SessionPolicies = {};
  /** Percentage of the maximum size. */
  packed = 0;
}

const checks: readonly Check<FederationFacts>[] = [
  longTermCaller,
  callerRegion,
  {
    name: 'tags',
    run({ tags }) {
      distinctKeys(tags);
      return undefined;
    },
  },
  {
    name: 'policies',
    run(facts) {
      const { action, resource, tags, call, deps } = facts;
      const actions = actionsOf(action, { tags, sourceIdentity: undefined });
      authorizeActions(facts, call, actions, { resource, context: requestTagKeys(tags) }, deps);
      return undefined;
    },
  },
  {
    name: 'session-policy',
    run(facts) {
      facts.policies = sessionPolicies(facts.input, facts.call.caller.account, facts.deps.store);
      return undefined;
    },
  },
  {
    name: 'packed-size',
    run(facts) {
      const { inlinePolicy: policy, policyArns } = facts.policies;
      facts.packed = packedSize({ policy, policyArns, tags: facts.tags });
      return undefined;
    },
  },
];
