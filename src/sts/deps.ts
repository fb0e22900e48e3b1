/** What STS's operations are given by hand, and the settings they heed. */

import type { DecisionLog } from '../authorization/decision-log.ts';
import type { IamDeps } from '../authorization/deps.ts';
import type { Caller } from '../authorization/principals.ts';
import { operationsOf } from '../aws/operation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { IssuerKeys } from '../kernel/issuer-keys.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import type { ErrorTexts } from './errors.ts';
import type { OpaqueToken } from './web-identity/built-in-providers.ts';

export interface StsSettings {
  /** AWS's sentences of 2026, or those until June 2026. */
  readonly errorTexts: ErrorTexts;
  /** Access tokens of Login with Amazon and Facebook that are accepted. */
  readonly opaqueTokens?: readonly OpaqueToken[];
  /** Regions in which STS is switched off, by account. */
  readonly disabledRegions?: Readonly<Record<string, readonly string[]>>;
}

export interface StsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sealer: Sealer;
  readonly decisionLog: DecisionLog;
  readonly issuerKeys: IssuerKeys;
  /** What the gate of IAM needs; its store, clock, sealer and book are the same. */
  readonly iam: IamDeps;
  readonly settings: StsSettings;
}

/** The maker of STS's rows. */
export const operation = operationsOf<Caller, StsDeps>();
