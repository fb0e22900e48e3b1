/** Evaluates the caller's policies as one step, for operations that AWS authorizes between their other checks. */

import { deniedMessage } from '../authorization/authorize.ts';
import { identityLayers, organizationLayers } from '../authorization/policies-in-force.ts';
import type { Caller } from '../authorization/principals.ts';
import { policyPrincipal, requestContext } from '../authorization/request-context.ts';
import { accessDenied } from '../aws/error.ts';
import type { SignedCall, Target } from '../aws/operation.ts';
import type { Evaluation } from '../policy/decision.ts';
import type { AssumeTrace } from '../policy/web-identity/run.ts';
import type { StsDeps } from './deps.ts';

/** Evaluates the caller's policies for actions in its own account. Returns the evaluation of the first that they deny. */
export function deniedByCallerPolicies(
  trace: AssumeTrace,
  call: SignedCall<Caller>,
  actions: readonly string[],
  target: Target,
  deps: StsDeps,
): Evaluation | undefined {
  const { caller } = call;
  const request = {
    principal: policyPrincipal(caller),
    resource: target.resource,
    resourceAccount: caller.account,
    context: requestContext(call, caller.account, deps.store, target.context),
  };
  return trace.firstDenied(request, actions, {
    ...identityLayers(caller, deps.iam),
    ...organizationLayers(caller.account, deps.iam.settings.organization),
  });
}

/** Throws AccessDenied, with AWS's suffix, when the caller's policies do not allow an action. */
export function authorizeActions(
  trace: AssumeTrace,
  call: SignedCall<Caller>,
  actions: readonly string[],
  target: Target,
  deps: StsDeps,
): void {
  const denied = deniedByCallerPolicies(trace, call, actions, target, deps);
  if (denied === undefined) return;
  throw accessDenied(deniedMessage(call.caller, target, denied), {
    reason: denied.reason,
    detail: `The policies of ${call.caller.arn} do not allow ${denied.action} on ${target.resource}.`,
  });
}
