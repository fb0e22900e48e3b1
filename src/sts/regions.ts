/** The check of STS operations that the global endpoint does not offer. */
import { unknownAction } from '../aws/error.ts';

const GLOBAL = /^sts\.amazonaws\.com(?::\d+)?$/i;

/** Throws InvalidAction when a regional operation is sent to the global endpoint (STS API reference; code unconfirmed). */
export function assertRegional(call: { readonly host: string; readonly operation: string }): void {
  if (!GLOBAL.test(call.host)) return;
  throw unknownAction(call.operation, '2011-06-15', {
    reason: 'global-endpoint',
    detail: `Only regional endpoints support ${call.operation}; ${call.host} is the global endpoint.`,
  });
}
