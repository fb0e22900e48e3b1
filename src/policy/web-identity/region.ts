/** Regions where STS is deactivated for an account (IAM User Guide, id_credentials_temp_enable-regions). */
import { regionDisabled, regionDisabledMessage } from './refusals.ts';

/** Throws RegionDisabledException when `disabled`, by account, contains the region. */
export function assertRegionActive(
  region: string,
  account: string,
  disabled: Readonly<Record<string, readonly string[]>> = {},
): void {
  if (!Object.hasOwn(disabled, account) || disabled[account]?.includes(region) !== true) return;
  throw regionDisabled(regionDisabledMessage(account), {
    reason: 'region-disabled',
    detail: `The setting sts.disabledRegions contains ${region} for account ${account}.`,
  });
}
