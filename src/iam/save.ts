/** The one way IAM writes: a commit, and AWS's words for a lost race. */
import type { AwsError } from '../aws/error.ts';
import { type Change, type Store, StoreConflict } from '../store/store.ts';
import { concurrentlyModified } from './errors.ts';

/**
 * Commits; a change that somebody else came before is ConcurrentModification, or `taken` when what they put there is
 * what this commit wanted to create. Call it without waiting after the reads the changes rest on.
 */
export async function save(store: Store, changes: readonly Change[], taken?: AwsError): Promise<void> {
  try {
    await store.commit(changes);
  } catch (error) {
    if (!(error instanceof StoreConflict)) throw error;
    const created = changes.find(change => change.verb === 'put' && change.expect === 0);
    const lostCreate = created?.key === error.key && created.collection.name === error.collection;
    throw lostCreate && taken !== undefined ? taken : concurrentlyModified(error);
  }
}
