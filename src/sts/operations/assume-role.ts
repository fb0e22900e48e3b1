/** AssumeRole: temporary credentials of a role for a caller with credentials. */

import { integer, list, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { assumeRoleChecks } from '../assume/checks.ts';
import { AssumeRoleFacts } from '../assume/facts.ts';
import { sessionTags } from '../assume/role-checks.ts';
import { run } from '../assume/run.ts';
import { operation } from '../deps.ts';
import { assumedRoleUser, issueSession, roleSession, type SessionFacts } from '../session.ts';
import * as shapes from '../shapes.ts';

const providedContext = () =>
  struct('ProvidedContext', {
    ProviderArn: optional(shapes.arn()),
    ContextAssertion: optional(text({ min: 4, max: 2048 })),
  });

export const assumeRole = operation({
  name: 'AssumeRole',
  auth: 'signed',
  input: struct('AssumeRoleRequest', {
    RoleArn: shapes.arn(),
    RoleSessionName: shapes.sessionName(),
    PolicyArns: optional(shapes.policyArns()),
    Policy: optional(shapes.sessionPolicy()),
    DurationSeconds: optional(shapes.roleDuration()),
    Tags: optional(shapes.tags()),
    TransitiveTagKeys: optional(shapes.tagKeys()),
    ExternalId: optional(shapes.externalId()),
    SerialNumber: optional(shapes.serialNumber()),
    TokenCode: optional(shapes.tokenCode()),
    SourceIdentity: optional(shapes.sessionName()),
    ProvidedContexts: optional(list(providedContext(), { min: 1, max: 5 })),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('AssumeRoleResponse', {
    AssumedRoleUser: shapes.assumedRoleUser(),
    Credentials: shapes.credentials(),
    PackedPolicySize: optional(integer()),
    SourceIdentity: optional(text()),
    ...shapes.tokenSizeMembers(),
  }),
  handle: (input, call, deps) =>
    run(assumeRoleChecks, new AssumeRoleFacts(input, call, deps), call, deps, facts => {
      const { role, sourceIdentity, mfaAt, sessionPolicies, packedPolicySize } = facts;
      const { tags, transitive } = sessionTags(facts);
      const session: SessionFacts = {
        ...roleSession(role, input.RoleSessionName, tags, transitive),
        ...sessionPolicies,
        ...defined({ sourceIdentity, mfaAt, chained: call.caller.session && true }),
      };
      return {
        ...issueSession(session, facts.seconds, call.now, deps, input.MinimumSessionTokenSize),
        AssumedRoleUser: assumedRoleUser(role, input.RoleSessionName),
        ...defined({ PackedPolicySize: packedPolicySize, SourceIdentity: sourceIdentity }),
      };
    }),
});
