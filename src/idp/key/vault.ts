/** RSA keys over a restart: each sealed under the instance secret and kept in the store. */
import type { Sealer } from '../../kernel/seal.ts';
import { type Collection, put, type Store, StoreConflict } from '../../store/store.ts';
import type { KeyVault } from '../keys.ts';

interface KeptKey {
  /** Base64; opens only under the secret it was sealed with. */
  readonly sealed: string;
}

const KEYS: Collection<KeptKey> = { name: 'issuer-keys' };
const PURPOSE = 'issuer-key-at-rest';

/** Of two replicas that make the same key at the same time, both use the one that was kept first. */
export function storeVault(store: Store, sealer: Sealer): KeyVault {
  const load = (label: string): Buffer | undefined => {
    const kept = store.get(KEYS, label);
    return kept && sealer.open(PURPOSE, Buffer.from(kept.value.sealed, 'base64'));
  };
  return {
    load,
    async keep(label, pkcs8) {
      const other = load(label);
      if (other !== undefined) return other;
      const sealed = sealer.seal(PURPOSE, pkcs8).toString('base64');
      // A key of another secret cannot be opened: it is replaced.
      const expect = store.get(KEYS, label)?.version ?? 0;
      try {
        await store.commit([put(KEYS, label, { sealed }, expect)]);
        return pkcs8;
      } catch (error) {
        if (!(error instanceof StoreConflict)) throw error;
        return load(label) ?? pkcs8;
      }
    },
  };
}
