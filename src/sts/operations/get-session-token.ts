/** GetSessionToken: a session of the calling user, mostly for MFA. Needs no permission, but long-term credentials. */

import { policyPrincipal } from '../../authorization/request-context.ts';
import { accessDenied } from '../../aws/error.ts';
import { integer, optional, struct } from '../../aws/shape.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { operation } from '../deps.ts';
import { assertMfa, hasMfa } from '../mfa-parameters.ts';
import { assertRegionActive } from '../regions.ts';
import { issueSession, ownSessionSeconds } from '../session.ts';
import * as shapes from '../shapes.ts';

const ACTION = 'sts:GetSessionToken';

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
  handle(input, call, deps) {
    const { caller } = call;
    const trace = new AssumeTrace(ACTION, caller.arn, policyPrincipal(caller));
    return decide(
      trace,
      call,
      deps.decisionLog,
      () => {
        if (caller.session !== undefined || (caller.kind !== 'user' && caller.kind !== 'root')) {
          throw trace.refuse(
            'caller',
            accessDenied('Cannot call GetSessionToken with session credentials', {
              reason: 'session-credentials',
              detail: `${caller.arn} signed with temporary credentials; GetSessionToken requires long-term credentials.`,
            }),
          );
        }
        trace.pass('caller', 'long-term-credentials', { arn: caller.arn });
        trace.attempt('region', () => assertRegionActive(call.region, caller.account, deps.settings));
        const facts = {
          kind: caller.kind,
          account: caller.account,
          parentKeyId: caller.accessKeyId,
          ...(caller.kind === 'user' ? { entityId: caller.entityId } : {}),
        };
        if (!hasMfa(input)) return facts;
        return trace
          .await('mfa', () => assertMfa(input, caller, deps))
          .then(() => {
            trace.pass('mfa', 'valid', { serialNumber: input.SerialNumber });
            return { ...facts, mfaAt: call.now };
          });
      },
      facts =>
        issueSession(
          facts,
          ownSessionSeconds(input.DurationSeconds, facts.kind),
          call.now,
          deps,
          input.MinimumSessionTokenSize,
        ),
    );
  },
});
