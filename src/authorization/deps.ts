/** What IAM's operations are given by hand, and the settings they heed. */

import type { PolicyText } from '../accounts/model.ts';
import { operationsOf } from '../aws/operation.ts';
import type { Clock } from '../kernel/clock.ts';
import type { RandomSource } from '../kernel/random.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import type { DecisionLog } from './decision-log.ts';
import type { LastUse } from './last-use.ts';
import type { Caller } from './principals.ts';

export interface IamSettings {
  /** Life of the state, raised by a reset; read at every use. */
  readonly epoch: number;
  /** Which issuer URLs may be registered: AWS's rule and local addresses, AWS's rule alone, or anything. */
  readonly providerUrls: 'local' | 'aws' | 'any';
  /** Accounts of the configuration. Others are external until somebody calls into them. */
  readonly declaredAccounts: readonly string[];
  readonly organization?: Organization | undefined;
}

/** Policies of an organization, as far as the configuration declares them. */
export interface Organization {
  /** Exempt from its SCPs. */
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
  /** Thumbprint of the top certificate an issuer serves, where the house knows it; AWS fetches it over the network. */
  thumbprintOf?(issuer: string): string | undefined;
}

/** The maker of IAM's rows. */
export const operation = operationsOf<Caller, IamDeps>();
