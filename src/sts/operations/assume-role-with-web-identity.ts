/** AssumeRoleWithWebIdentity: exchanges a token of an identity provider for credentials of a role. Unsigned. */
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { opaqueTokenChecks, webIdentityChecks } from '../assume/checks.ts';
import { WebIdentityCallFacts } from '../assume/facts.ts';
import { run } from '../assume/run.ts';
import { operation } from '../deps.ts';
import { assumedRoleUser, issueSession, roleSession, type SessionFacts } from '../session.ts';
import * as shapes from '../shapes.ts';

export const assumeRoleWithWebIdentity = operation({
  name: 'AssumeRoleWithWebIdentity',
  auth: 'none',
  input: struct('AssumeRoleWithWebIdentityRequest', {
    RoleArn: shapes.arn(),
    RoleSessionName: shapes.sessionName(),
    WebIdentityToken: shapes.webIdentityToken(),
    ProviderId: optional(text({ min: 4, max: 2048 })),
    PolicyArns: optional(shapes.policyArns()),
    Policy: optional(shapes.sessionPolicy(2048)),
    DurationSeconds: optional(shapes.roleDuration()),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('AssumeRoleWithWebIdentityResponse', {
    Credentials: shapes.credentials(),
    SubjectFromWebIdentityToken: text(),
    AssumedRoleUser: shapes.assumedRoleUser(),
    PackedPolicySize: integer(),
    Provider: text(),
    Audience: text(),
    SourceIdentity: optional(text()),
    ...shapes.tokenSizeMembers(),
  }),
  handle(input, call, deps) {
    const checks = input.ProviderId === undefined ? webIdentityChecks : opaqueTokenChecks;
    return run(checks, new WebIdentityCallFacts(input, call, deps), call, deps, facts => {
      const { role, requester, tags, transitive, sourceIdentity } = facts;
      const session: SessionFacts = {
        ...roleSession(role, input.RoleSessionName, tags, transitive),
        federatedProvider: requester.provider,
        claims: requester.sessionClaims,
        ...facts.sessionPolicies,
        ...defined({ sourceIdentity }),
      };
      const requested = input.MinimumSessionTokenSize;
      const issued = issueSession(session, facts.seconds, call.now, deps, requested);
      const answer = {
        Credentials: issued.Credentials,
        SubjectFromWebIdentityToken: requester.subject,
        AssumedRoleUser: assumedRoleUser(role, input.RoleSessionName),
        PackedPolicySize: facts.packedPolicySize,
        Provider: requester.provider,
        Audience: requester.audience,
      };
      // Most responses have neither; returning the literal is faster than a copy.
      if (sourceIdentity === undefined && requested === undefined) return answer;
      return { ...answer, ...issued, ...defined({ SourceIdentity: sourceIdentity }) };
    });
  },
});
