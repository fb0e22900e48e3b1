/** GetSessionToken: a session of the calling user, mostly for MFA. Needs no permission, but long-term credentials. */

import { integer, optional, struct } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { type AsyncCheck, run } from '../assume/run.ts';
import { callerRegion, type LongTermCaller, longTermCaller, SignedFacts } from '../caller-checks.ts';
import { operation } from '../deps.ts';
import { verifyMfaParameters } from '../mfa-parameters.ts';
import { issueSession, ownSessionSeconds } from '../session.ts';
import * as shapes from '../shapes.ts';

export const getSessionToken = operation({
  name: 'GetSessionToken',
  auth: 'signed',
  input: struct('GetSessionTokenRequest', {
    DurationSeconds: optional(integer({ min: 900, max: 129_600 })),
    SerialNumber: optional(shapes.serialNumber()),
    TokenCode: optional(shapes.tokenCode()),
    MinimumSessionTokenSize: optional(shapes.minimumTokenSize()),
  }),
  output: struct('GetSessionTokenResponse', {
    Credentials: shapes.credentials(),
    ...shapes.tokenSizeMembers(),
  }),
  handle: (input, call, deps) =>
    run(checks, new SessionTokenFacts(call.caller.arn, input, call, deps), call, deps, ({ caller, mfaAt }) => {
      const { kind, account, accessKeyId: parentKeyId } = caller;
      const entityId = kind === 'user' ? caller.entityId : undefined;
      const session = { kind, account, parentKeyId, ...defined({ entityId, mfaAt }) };
      const seconds = ownSessionSeconds(input.DurationSeconds, kind);
      return issueSession(session, seconds, call.now, deps, input.MinimumSessionTokenSize);
    }),
});

interface SessionTokenRequest {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

class SessionTokenFacts extends SignedFacts<SessionTokenRequest> {
  caller!: LongTermCaller;
  /** Time of MFA, epoch milliseconds. */
  mfaAt: number | undefined = undefined;
}

const mfa: AsyncCheck<SessionTokenFacts> = {
  name: 'mfa',
  run: facts =>
    verifyMfaParameters(facts.input, facts.caller, facts.deps)?.then(passed => {
      facts.mfaAt = facts.call.now;
      return passed;
    }),
};

const checks: readonly AsyncCheck<SessionTokenFacts>[] = [longTermCaller, callerRegion, mfa];
