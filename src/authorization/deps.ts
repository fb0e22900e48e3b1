/** Dependencies and settings of the IAM operations. */

import type { PolicyText } from '../accounts/model.ts';
import { defineOperations } from '../aws/operation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import type { DecisionLog } from './decision-log.ts';
import type { LastUse } from './last-use.ts';
import type { Caller } from './principals.ts';

export interface IamSettings {
  /** Generation of the state; a reset increments it. Read on every use. */
  readonly epoch: number;
  /** Which issuer URLs can be registered: by AWS's rule and for local addresses, by AWS's rule only, or any. */
  readonly providerUrls: 'local' | 'aws' | 'any';
  /** Accounts in the configuration. Other accounts are external until they receive a call. */
  readonly declaredAccounts: readonly string[];
  readonly organization?: Organization | undefined;
}

/** The organization and its policies, as declared in the configuration. */
export interface Organization {
  /** Account that SCPs and RCPs do not apply to. */
  readonly managementAccount?: string;
  readonly serviceControlPolicies?: readonly PolicyText[];
  readonly resourceControlPolicies?: readonly PolicyText[];
}

export interface IamDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sealer: Sealer;
  readonly decisionLog: DecisionLog;
  readonly lastUse: LastUse;
  readonly settings: IamSettings;
  /** Thumbprint of the top certificate of an issuer that Rolecall hosts; AWS fetches it over the network. */
  thumbprintOf?(issuer: string): string | undefined;
}

/** Declares an IAM operation. */
export const operation = defineOperations<Caller, IamDeps>();
