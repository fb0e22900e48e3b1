/** Region checks of STS: deactivated regions, and operations that the global endpoint does not offer. */
import { unknownAction } from '../aws/error.ts';
import type { StsSettings } from './deps.ts';
import { regionDisabled, regionDisabledMessage } from './errors.ts';

/**
 * Throws RegionDisabledException when STS is deactivated in the region for the account (IAM User Guide,
 * id_credentials_temp_enable-regions).
 */
export function assertRegionActive(region: string, account: string, settings: StsSettings): void {
  const { disabledRegions = {} } = settings;
  if (!Object.hasOwn(disabledRegions, account) || disabledRegions[account]?.includes(region) !== true) return;
  throw regionDisabled(regionDisabledMessage(account), {
    reason: 'region-disabled',
    detail: `The setting sts.disabledRegions contains ${region} for account ${account}.`,
  });
}

const GLOBAL = /^sts\.amazonaws\.com(?::\d+)?$/i;

/** Throws InvalidAction when a regional operation is sent to the global endpoint (STS API reference; code unconfirmed). */
export function assertRegional(call: { readonly host: string; readonly operation: string }): void {
  if (!GLOBAL.test(call.host)) return;
  throw unknownAction(call.operation, '2011-06-15', {
    reason: 'global-endpoint',
    detail: `Only regional endpoints support ${call.operation}; ${call.host} is the global endpoint.`,
  });
}
