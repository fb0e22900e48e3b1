/** Dependencies and settings of the STS operations. */

import type { DecisionLog } from '../authorization/decision-log.ts';
import type { IamDeps } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import { defineOperations } from '../aws/operation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { IssuerKeys } from '../kernel/issuer-keys.ts';
import type { LastValue } from '../kernel/last-value.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { IssuerKeyNames } from '../policy/web-identity/context.ts';
import type { ErrorTexts } from '../policy/web-identity/refusals.ts';
import type { Store } from '../store/store.ts';
import type { OpaqueToken } from './web-identity/opaque-tokens.ts';

export interface StsSettings {
  /** `2026`: AWS's current error messages; `classic`: those before June 2026. */
  readonly errorTexts: ErrorTexts;
  /** Accepted access tokens of Login with Amazon and Facebook. */
  readonly opaqueTokens?: readonly OpaqueToken[];
  /** Regions where STS is deactivated, by account. */
  readonly disabledRegions?: Readonly<Record<string, readonly string[]>>;
}

export interface StsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sealer: Sealer;
  readonly decisionLog: DecisionLog;
  readonly issuerKeys: IssuerKeys;
  /** Names of an issuer's condition keys, by their prefix. */
  readonly conditionKeys: LastValue<string, IssuerKeyNames>;
  /** Dependencies of the IAM authorizer; store, clock, sealer and decision log are the same objects. */
  readonly iam: IamDeps;
  readonly settings: StsSettings;
}

/** Declares an STS operation. */
export const operation = defineOperations<Caller, StsDeps>();
