/** Where STS answers: regions that are switched off, operations that the global endpoint does not have. */
import { errorRow, FAULT_NAMESPACE } from '../aws/error.ts';
import type { StsSettings } from './deps.ts';
import { regionDisabled } from './errors.ts';

/**
 * Throws RegionDisabledException when the account that owns what is asked for has switched the region off (IAM User
 * Guide, id_credentials_temp_enable-regions).
 */
export function assertRegionActive(region: string, account: string, settings: StsSettings): void {
  const { disabledRegions = {} } = settings;
  if (!Object.hasOwn(disabledRegions, account) || disabledRegions[account]?.includes(region) !== true) return;
  throw regionDisabled(
    `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`,
    { reason: 'region-disabled', detail: `The setting sts.disabledRegions names ${region} for account ${account}.` },
  );
}

const invalidAction = errorRow('InvalidAction', 400);
const GLOBAL = /^sts\.amazonaws\.com(?::\d+)?$/i;

/** Throws InvalidAction when a regional operation is sent to the global endpoint (STS API reference; code unconfirmed). */
export function assertRegional(call: { readonly host: string; readonly operation: string }): void {
  if (!GLOBAL.test(call.host)) return;
  throw invalidAction(`Could not find operation ${call.operation} for version 2011-06-15`, {
    reason: 'global-endpoint',
    detail: `${call.operation} is answered by regional endpoints alone; ${call.host} is the global one.`,
    namespace: FAULT_NAMESPACE,
  });
}
