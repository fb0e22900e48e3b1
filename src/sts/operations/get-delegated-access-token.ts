/** GetDelegatedAccessToken: exchanges a trade-in token for credentials. Only the control API creates trade-in tokens. */

import { policyPrincipal } from '../../authorization/request-context.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { authorizeAction } from '../authorizer.ts';
import { operation } from '../deps.ts';
import { packedSize } from '../packed-size.ts';
import { assertRegionActive } from '../regions.ts';
import { assumedRoleUser, issueSession } from '../session.ts';
import * as shapes from '../shapes.ts';
import { decryptTradeInToken } from '../trade-in-token.ts';

const ACTION = 'sts:GetDelegatedAccessToken';

export const getDelegatedAccessToken = operation({
  name: 'GetDelegatedAccessToken',
  auth: 'signed',
  input: struct('GetDelegatedAccessTokenRequest', { TradeInToken: text({ sensitive: true }) }),
  output: struct('GetDelegatedAccessTokenResponse', {
    Credentials: shapes.credentials(),
    PackedPolicySize: optional(integer()),
    AssumedPrincipal: text(),
  }),
  handle(input, call, deps) {
    const trace = new AssumeTrace(ACTION, '*', policyPrincipal(call.caller));
    return decide(
      trace,
      call,
      deps.decisionLog,
      () => {
        authorizeAction(trace, call, ACTION, { resource: '*' }, deps);
        const { tradeIn, role } = trace.attempt('token', () => decryptTradeInToken(input.TradeInToken, call.now, deps));
        trace.attempt('region', () => assertRegionActive(call.region, role.account, deps.settings));
        trace.pass('token', 'valid', { role: role.arn });
        return { tradeIn, role };
      },
      ({ tradeIn, role }) => ({
        ...issueSession(
          {
            kind: 'role',
            account: role.account,
            entityId: role.id,
            name: tradeIn.sessionName,
            ...defined({ inlinePolicy: tradeIn.policy }),
          },
          tradeIn.seconds,
          call.now,
          deps,
          undefined,
        ),
        ...(tradeIn.policy === undefined ? {} : { PackedPolicySize: packedSize({ policy: tradeIn.policy }) }),
        AssumedPrincipal: assumedRoleUser(role, tradeIn.sessionName).Arn,
      }),
    );
  },
});
