/** Access keys with a declared id and secret, which CreateAccessKey cannot create; its limits apply. */

import { type AccessKey, nameKey, users } from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { validationError } from '../aws/error.ts';
import type { UserSettings } from '../config/accounts.ts';
import { type Change, put } from '../store/store.ts';
import { entityAlreadyExists, quotaExceeded } from './errors.ts';
import { userNamed } from './lookups.ts';
import { derivedSecret, KEYS_PER_USER } from './operations/access-keys.ts';

type KeySettings = NonNullable<UserSettings['accessKeys']>[number];

/** Adds the declared keys to the user. Throws AwsError for an id that is malformed or in use, and for more than two keys. */
export function withDeclaredKeys(
  account: string,
  name: string,
  declared: readonly KeySettings[],
  deps: IamDeps,
): readonly Change[] {
  const { value, version } = userNamed(deps.store, account, name);
  if (declared.length > KEYS_PER_USER) throw quotaExceeded('AccessKeysPerUser', KEYS_PER_USER);
  const seen = new Set<string>();
  const keys = declared.map((key): AccessKey => {
    if (!/^\w{16,128}$/.test(key.id))
      throw validationError('an access key id must have 16 to 128 letters, digits or underscores');
    if (key.secret === '') throw validationError('the secret of an access key must not be empty');
    if (seen.has(key.id) || deps.store.find(users, key.id) !== undefined) {
      throw entityAlreadyExists(`Access key ${key.id} already exists.`);
    }
    seen.add(key.id);
    const secret = key.secret ?? derivedSecret(key.id, deps.sealer);
    return { id: key.id, secret, active: key.active ?? true, createdAt: deps.clock.now() };
  });
  return [put(users, nameKey(account, value.name), { ...value, keys }, version)];
}
