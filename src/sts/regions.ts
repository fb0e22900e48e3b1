/** Regions in which an account has switched STS off. Source: IAM User Guide, id_credentials_temp_enable-regions. */

import type { StsSettings } from './deps.ts';
import { regionDisabled } from './errors.ts';

/** Throws RegionDisabledException when the account that owns what is asked for has switched the region off. */
export function assertRegionActive(region: string, account: string, settings: StsSettings): void {
  if (settings.disabledRegions?.[account]?.includes(region) !== true) return;
  throw regionDisabled(
    `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`,
    { reason: 'region-disabled', detail: `The setting sts.disabledRegions names ${region} for account ${account}.` },
  );
}
