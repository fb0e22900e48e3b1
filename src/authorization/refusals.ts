/** Records refusals of IAM's handlers that have details which AWS does not return; the reply does not change. */
import type { AwsError } from '../aws/error.ts';
import type { Call, Target } from '../aws/operation.ts';
import type { IamDeps } from './deps.ts';
import type { Caller } from './principals.ts';
import { policyPrincipal } from './request-context.ts';
import { StoredDecision } from './stored-decision.ts';

/**
 * Records an error of a handler of IAM as a decision, if the error has a detail (a URL that `iam.providerUrls` does not
 * allow, an AWS managed policy that is not included, the errors of a document). STS records its own refusals, with their
 * steps.
 */
export function recordRefusal(
  error: AwsError,
  call: Call<Caller>,
  target: Target | undefined,
  { decisionLog }: Pick<IamDeps, 'decisionLog'>,
): void {
  const { status, code, message, detail, reason = code } = error;
  if (call.service !== 'iam' || detail === undefined) return;
  const entry = new StoredDecision(call, {
    action: `iam:${call.operation}`,
    resource: target?.resource ?? '*',
    principal: call.caller === undefined ? null : policyPrincipal(call.caller),
    allowed: false,
    reason,
    error: { status, code, message },
    steps: [{ name: 'request', ok: false, code: reason, detail }],
    evaluated: undefined,
    detail,
  });
  call.decided(decisionLog.record(entry));
}
