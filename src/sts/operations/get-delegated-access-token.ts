/** GetDelegatedAccessToken: exchanges a trade-in token for credentials. Only the control API creates trade-in tokens. */

import type { Role } from '../../accounts/model.ts';
import { integer, optional, struct, text } from '../../aws/shape.ts';
import { defined } from '../../kernel/defined.ts';
import { packedSize } from '../../policy/web-identity/packed-size.ts';
import { assertRegionActive } from '../../policy/web-identity/region.ts';
import type { Check } from '../../policy/web-identity/run.ts';
import { run } from '../assume/run.ts';
import { authorizeActions } from '../authorizer.ts';
import { SignedFacts } from '../caller-checks.ts';
import { operation } from '../deps.ts';
import { assumedRoleUser, issueSession, roleSession } from '../session.ts';
import * as shapes from '../shapes.ts';
import { decryptTradeInToken, type TradeIn } from '../trade-in-token.ts';

export const getDelegatedAccessToken = operation({
  name: 'GetDelegatedAccessToken',
  auth: 'signed',
  input: struct('GetDelegatedAccessTokenRequest', { TradeInToken: text({ sensitive: true }) }),
  output: struct('GetDelegatedAccessTokenResponse', {
    Credentials: shapes.credentials(),
    PackedPolicySize: optional(integer()),
    AssumedPrincipal: text(),
  }),
  handle: (input, call, deps) =>
    run(checks, new DelegatedFacts('*', input, call, deps), call, deps, ({ tradeIn, role }) => {
      const { sessionName, policy, seconds } = tradeIn;
      const session = { ...roleSession(role, sessionName), ...defined({ inlinePolicy: policy }) };
      return {
        ...issueSession(session, seconds, call.now, deps, undefined),
        ...(policy === undefined ? {} : { PackedPolicySize: packedSize({ policy }) }),
        AssumedPrincipal: assumedRoleUser(role, sessionName).Arn,
      };
    }),
});

class DelegatedFacts extends SignedFacts<{ readonly TradeInToken: string }> {
  /** Set by the check of the token. */
  tradeIn!: TradeIn;
  role!: Role;
}

const checks: readonly Check<DelegatedFacts>[] = [
  {
    name: 'policies',
    run(facts) {
      authorizeActions(facts, facts.call, [facts.action], { resource: facts.resource }, facts.deps);
      return undefined;
    },
  },
  {
    name: 'token',
    run(facts) {
      const { tradeIn, role } = decryptTradeInToken(facts.input.TradeInToken, facts.call.now, facts.deps);
      facts.tradeIn = tradeIn;
      facts.role = role;
      return undefined;
    },
  },
  {
    name: 'region',
    run({ call, role, deps }) {
      assertRegionActive(call.region, role.account, deps.settings.disabledRegions);
      return undefined;
    },
  },
  { name: 'token', run: ({ role }) => ({ code: 'valid', detail: { role: role.arn } }) },
];
