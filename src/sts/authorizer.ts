/** Evaluates the caller's policies as one step, for operations that AWS authorizes between their other checks. */

import { deniedMessage } from '../authorization/authorize.ts';
import { identityLayers, organizationLayers } from '../authorization/policies-in-force.ts';
import type { Caller } from '../authorization/principals.ts';
import { policyPrincipal, requestContext } from '../authorization/request-context.ts';
import { accessDenied } from '../aws/error.ts';
import type { SignedCall, Target } from '../aws/operation.ts';
import type { Evaluation } from '../policy/decision.ts';
import type { AssumeTrace } from './assume/assume-trace.ts';
import type { StsDeps } from './deps.ts';

/** Evaluates the caller's policies for an action in its own account. */
export function evaluateIdentity(
  trace: AssumeTrace,
  call: SignedCall<Caller>,
  action: string,
  target: Target,
  deps: StsDeps,
): Evaluation {
  const { caller } = call;
  const request = {
    principal: policyPrincipal(caller),
    action,
    resource: target.resource,
    resourceAccount: caller.account,
    context: requestContext(call, caller.account, deps.store, target.context),
  };
  return trace.evaluatePolicies(request, {
    ...identityLayers(caller, deps.iam),
    ...organizationLayers(caller.account, deps.iam.settings.organization),
  });
}

/** Throws AccessDenied, with AWS's suffix, when the caller's policies do not allow the action. */
export function authorizeAction(
  trace: AssumeTrace,
  call: SignedCall<Caller>,
  action: string,
  target: Target,
  deps: StsDeps,
): void {
  const evaluation = evaluateIdentity(trace, call, action, target, deps);
  if (evaluation.allowed) return;
  throw trace.refuse(
    'policies',
    accessDenied(deniedMessage(call.caller, target, evaluation), {
      reason: evaluation.reason,
      detail: `The policies of ${call.caller.arn} do not allow ${action} on ${target.resource}.`,
    }),
  );
}
