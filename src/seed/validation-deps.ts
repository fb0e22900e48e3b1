/** Dependencies of the IAM operations for validating a declaration without a running server. */

import { DecisionLog } from '../authorization/decision-log.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { LastUse } from '../authorization/last-use.ts';
import type { Config } from '../config/schema.ts';
import { MovableClock } from '../kernel/clock.ts';
import { createRandomSource } from '../kernel/random.ts';
import { createSealer } from '../kernel/seal.ts';
import { MemoryStore } from '../store/memory.ts';

/** Creates dependencies with their own store, for one validation. */
export function createValidationDeps(account: string, providerUrls: Config['iam']['providerUrls'] = 'local'): IamDeps {
  const random = createRandomSource();
  return {
    store: new MemoryStore(),
    clock: new MovableClock(),
    random,
    sealer: createSealer(),
    decisionLog: new DecisionLog(random, 1),
    lastUse: new LastUse(),
    settings: { epoch: 0, providerUrls, declaredAccounts: [account] },
  };
}
