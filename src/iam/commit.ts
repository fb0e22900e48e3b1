/** Commits changes of IAM, with AWS's errors for concurrent changes. */
import type { AwsError } from '../aws/error.ts';
import { type Change, type Store, StoreConflict } from '../store/store.ts';
import { concurrentlyModified } from './errors.ts';

/**
 * Commits the changes. Throws ConcurrentModification when a record was changed in the meantime, or `taken` when the record
 * to create exists now. Do not await between the reads that the changes depend on and this call.
 */
export async function commitChanges(store: Store, changes: readonly Change[], taken?: () => AwsError): Promise<void> {
  try {
    await store.commit(changes);
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    const created = changes.find(change => change.verb === 'put' && change.expect === 0);
    const isCreateConflict = created?.key === error.key && created.collection.name === error.collection;
    throw isCreateConflict && taken !== undefined ? taken() : concurrentlyModified(error);
  }
}
