/** AssumeRoleWithWebIdentity: exchanges a token of an identity provider for credentials of a role. Unsigned. */
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { ACTION, assumeWithWebIdentity } from '../assume/web-identity-grant.ts';
import { operation } from '../deps.ts';
import { assumedRoleUser, issueSession } from '../session.ts';
import * as shapes from '../shapes.ts';

export const assumeRoleWithWebIdentity = operation({
  name: 'AssumeRoleWithWebIdentity',
  auth: 'none',
  input: struct('AssumeRoleWithWebIdentityRequest', {
    RoleArn: shapes.arn(),
    RoleSessionName: shapes.sessionName(),
    WebIdentityToken: text({ min: 4, max: 20_000, sensitive: true }),
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
    const trace = new AssumeTrace(ACTION, input.RoleArn);
    return decide(
      trace,
      call,
      deps.decisionLog,
      () => assumeWithWebIdentity(input, call, deps, trace),
      grant => {
        const requested = input.MinimumSessionTokenSize;
        const issued = issueSession(grant.facts, grant.seconds, call.now, deps, requested);
        const answer = {
          Credentials: issued.Credentials,
          SubjectFromWebIdentityToken: grant.subject,
          AssumedRoleUser: assumedRoleUser(grant.role, input.RoleSessionName),
          PackedPolicySize: grant.packedPolicySize,
          Provider: grant.provider,
          Audience: grant.audience,
        };
        const { sourceIdentity } = grant;
        // Most responses have neither; returning the literal is faster than a copy.
        if (sourceIdentity === undefined && requested === undefined) return answer;
        return { ...answer, ...issued, ...defined({ SourceIdentity: sourceIdentity }) };
      },
    );
  },
});
