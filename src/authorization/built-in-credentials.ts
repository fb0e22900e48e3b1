/** Built-in credentials: an administrator in every account that receives a call. */

import { generationOf } from '../accounts/generations.ts';
import { accounts, nameKey, type User, userByName, users } from '../accounts/model.ts';
import { iamArn } from '../aws/arn.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Sealer } from '../kernel/seal.ts';
import { put, type Store } from '../store/store.ts';
import { type BuiltInCredentials, uniqueId } from './credentials.ts';

const NAME = 'rolecall-admin';
const PATH = '/rolecall/';

interface BuiltInSettings {
  /** The account of `accessKeyId`. */
  readonly defaultAccount: string;
  /** Access key id of the default account's administrator (`test`). */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Whether every 12-digit access key id, with the same secret, is the administrator of the account with that number. */
  readonly anyAccount: boolean;
  /** Generation of the state; a reset increments it. Read on every use. */
  readonly epoch?: number;
}

/**
 * The administrator is an IAM user, not the root user, so that it can assume roles. It is stored with the first correctly
 * signed call in an account. From then on it is a normal user: it can be read, restricted and deleted.
 */
export function builtInCredentials(
  settings: BuiltInSettings,
  deps: { readonly store: Store; readonly sealer: Sealer; readonly clock: Clock },
): BuiltInCredentials {
  return {
    find(accessKeyId) {
      const account = builtInAccount(accessKeyId, settings);
      if (account === undefined) return undefined;
      const secret = settings.secretAccessKey;
      const known = userByName(deps.store, account, NAME);
      if (deps.store.get(accounts, account)?.value.hasReceivedCall === true)
        return known === undefined ? undefined : { user: known, secret, storeAdministrator: undefined };
      const user = known ?? administrator(account, settings.epoch ?? 0, deps);
      return { user, secret, storeAdministrator: () => storeAdministrator(user, deps.store) };
    },
  };
}

function storeAdministrator(user: User, store: Store): void {
  const { account } = user;
  const record = store.get(accounts, account);
  const changes = [put(accounts, account, { ...record?.value, account, hasReceivedCall: true }, record?.version ?? 0)];
  if (userByName(store, account, NAME) === undefined) changes.push(put(users, nameKey(account, NAME), user, 0));
  // Every store driver has applied the commit in memory when the call returns.
  void store.commit(changes);
}

function builtInAccount(accessKeyId: string, settings: BuiltInSettings): string | undefined {
  if (accessKeyId === settings.accessKeyId) return settings.defaultAccount;
  return settings.anyAccount && /^\d{12}$/.test(accessKeyId) ? accessKeyId : undefined;
}

function administrator(
  account: string,
  epoch: number,
  deps: { readonly sealer: Sealer; readonly clock: Clock; readonly store: Store },
): User {
  const arn = iamArn(account, `user${PATH}${NAME}`);
  return {
    account,
    name: NAME,
    path: PATH,
    id: uniqueId('AIDA', account, arn, generationOf(deps.store, arn, epoch), deps.sealer),
    arn,
    createdAt: deps.clock.now(),
    inline: [],
    attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    tags: [],
    keys: [],
    groups: [],
  };
}
