/** The facts of signed operations whose checks are recorded, and the checks on their caller. */

import type { Caller } from '../authorization/principals.ts';
import { policyPrincipal } from '../authorization/request-context.ts';
import { accessDenied } from '../aws/error.ts';
import type { SignedCall } from '../aws/operation.ts';
import { assertRegionActive } from '../policy/web-identity/region.ts';
import { AssumeTrace, type Check } from '../policy/web-identity/run.ts';
import type { StsDeps } from './deps.ts';

/** The facts of a signed operation, with its input. */
export class SignedFacts<I> extends AssumeTrace {
  readonly input: I;
  readonly call: SignedCall<Caller>;
  readonly deps: StsDeps;

  constructor(resource: string, input: I, call: SignedCall<Caller>, deps: StsDeps) {
    super(`sts:${call.operation}`, resource, policyPrincipal(call.caller));
    this.input = input;
    this.call = call;
    this.deps = deps;
  }
}

/** A user or the root user with long-term credentials. */
export type LongTermCaller = Extract<Caller, { readonly kind: 'user' | 'root' }>;

/** Long-term credentials, which GetSessionToken and GetFederationToken require. */
export const longTermCaller: Check<SignedFacts<unknown> & { caller: LongTermCaller }> = {
  name: 'caller',
  run(facts) {
    const { caller, operation } = facts.call;
    if (caller.session !== undefined || (caller.kind !== 'user' && caller.kind !== 'root')) {
      throw accessDenied(`Cannot call ${operation} with session credentials`, {
        reason: 'session-credentials',
        detail: `${caller.arn} signed with temporary credentials; ${operation} requires long-term credentials.`,
      });
    }
    facts.caller = caller;
    return { code: 'long-term-credentials', detail: { arn: caller.arn } };
  },
};

/** STS is active in the region for the caller's account. */
export const callerRegion: Check<SignedFacts<unknown>> = {
  name: 'region',
  run({ call, deps }) {
    assertRegionActive(call.region, call.caller.account, deps.settings.disabledRegions);
    return undefined;
  },
};
