/** Records refusals of authorized calls with details that are not in AWS's reply; the reply does not change. */
import { AwsError } from '../aws/error.ts';
import type { Call, Operation } from '../aws/operation.ts';
import { KeptDecision } from './decision-entry.ts';
import type { IamDeps } from './deps.ts';
import type { Caller } from './principals.ts';
import { policyPrincipal } from './request-context.ts';

/**
 * Wraps an operation: an error with a detail (a URL that `iam.providerUrls` does not allow, an AWS managed policy that is
 * not included, the errors of a document) is recorded as a decision and then rethrown.
 */
export const recordRefusals = (row: Operation<Caller, IamDeps>): Operation<Caller, IamDeps> => ({
  ...row,
  async handle(input, call, deps) {
    try {
      return await row.handle(input, call, deps);
    } catch (error) {
      if (error instanceof AwsError && error.detail !== undefined) {
        const [target] = row.targets(input, call, deps);
        record(error, error.detail, target?.resource ?? '*', call, deps);
      }
      throw error;
    }
  },
});

function record(error: AwsError, detail: string, resource: string, call: Call<Caller>, { decisionLog }: IamDeps): void {
  const { status, code, message, reason = code } = error;
  const entry = new KeptDecision(call, {
    action: `iam:${call.operation}`,
    resource,
    principal: call.caller === undefined ? null : policyPrincipal(call.caller),
    allowed: false,
    reason,
    error: { status, code, message },
    steps: [{ name: 'request', ok: false, code: reason, detail }],
    judged: undefined,
    detail,
  });
  call.decided(decisionLog.record(entry));
}
