/** AssumeRole: temporary credentials of a role for a caller with credentials. */

import { policyPrincipal } from '../../authorization/request-context.ts';
import { integer, list, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { ACTION, assumeRole as grantRole } from '../assume/role-grant.ts';
import { operation } from '../deps.ts';
import { assumedRoleUser, issueSession } from '../session.ts';
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
  handle(input, call, deps) {
    const trace = new AssumeTrace(ACTION, input.RoleArn, policyPrincipal(call.caller));
    return decide(
      trace,
      call,
      deps.decisionLog,
      () => grantRole(input, call, deps, trace),
      grant => ({
        ...issueSession(grant.facts, grant.seconds, call.now, deps, input.MinimumSessionTokenSize),
        AssumedRoleUser: assumedRoleUser(grant.role, input.RoleSessionName),
        ...defined({ PackedPolicySize: grant.packedPolicySize, SourceIdentity: grant.sourceIdentity }),
      }),
    );
  },
});
