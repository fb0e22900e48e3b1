/** Resolves an access key id and a session token to the caller and the secret key; built-in credentials. */

import { uniqueId } from '../accounts/generations.ts';
import { accounts, nameKey, roles, type User, userByName, users } from '../accounts/model.ts';
import { iamArn } from '../aws/arn.ts';
import { type AwsError, expiredToken, invalidClientTokenId } from '../aws/error.ts';
import type { Clock } from '../kernel/clock.ts';
import { defined } from '../kernel/defined.ts';
import type { Sealer } from '../kernel/seal.ts';
import { put, type Store } from '../store/store.ts';
import {
  assumedRoleArn,
  type Caller,
  decryptSession,
  federatedUserArn,
  type Session,
  sessionSecret,
} from './principals.ts';

interface BuiltInDeps extends CredentialStores {
  /** `epoch` is the generation of the state; a reset increments it. */
  readonly settings: { readonly epoch: number };
}

interface CredentialStores {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

interface CredentialDeps extends CredentialStores {
  /** `test`/`test` and 12-digit access key ids; undefined when the configuration disables them. */
  readonly builtIn?: BuiltInCredentials;
}

/** Credentials that exist without an API call that creates them. */
export interface BuiltInCredentials {
  /** The user and secret key of a built-in access key id, or undefined. Does not write to the store. */
  find(accessKeyId: string): BuiltInUser | undefined;
}

interface BuiltInUser {
  readonly user: User;
  readonly secret: string;
  /** Stores the account and user; undefined when they are stored. Call it after the signature is verified. */
  readonly storeAdministrator: (() => void) | undefined;
}

/** The caller of a request, provided that its signature matches `secret`. */
interface ResolvedCredentials {
  readonly caller: Caller;
  readonly secret: string;
  /** Call it after the signature is verified; it stores a built-in user. */
  readonly onVerified?: (() => void) | undefined;
}

/** The error for credentials that are not accepted; `detail` is for the decision. */
export const invalidCredentials = (detail: string, reason: string): AwsError =>
  invalidClientTokenId(undefined, { detail, reason });

const MAX_SHOWN_KEY_ID = 32;

/** An access key ID for a decision. A longer text may be a secret key that was sent in its place. */
export const shownKeyId = (text: string): string =>
  /^[\w-]*$/.test(text) && text.length <= MAX_SHOWN_KEY_ID ? text : `${text.slice(0, 4)}…`;

/** The first part of the authentication stage; see `resolveCredentials`. */
export const createCredentialResolver =
  (deps: CredentialDeps) =>
  (accessKeyId: string, sessionToken: string | undefined): ResolvedCredentials =>
    resolveCredentials(accessKeyId, sessionToken, deps);

/**
 * Finds the caller of an access key id, before the signature check, in AWS's order. Throws InvalidClientTokenId for an
 * unknown key and for a temporary key with a missing or different token, ExpiredToken for an expired session.
 */
export function resolveCredentials(
  accessKeyId: string,
  sessionToken: string | undefined,
  deps: CredentialDeps,
): ResolvedCredentials {
  if (sessionToken === undefined) return resolveLongTerm(accessKeyId, deps);
  const session = decryptSession(sessionToken, deps.sealer);
  if (session === undefined)
    throw invalidCredentials('This instance did not issue the session token.', 'unknown-session');
  if (session.accessKeyId !== accessKeyId)
    throw invalidCredentials('The session token belongs to another access key.', 'foreign-session');
  const { kind, parentKeyId } = session;
  const parent = kind === 'role' || parentKeyId === undefined ? undefined : ownerOfParentKey(parentKeyId, deps);
  const caller = sessionCaller(session, parent?.user, deps);
  if (session.expiresAt <= deps.clock.now()) {
    throw expiredToken(undefined, {
      detail: `The session expired at ${new Date(session.expiresAt).toISOString()}.`,
      reason: 'expired-session',
    });
  }
  return { caller, secret: sessionSecret(accessKeyId, deps.sealer), onVerified: parent?.storeAdministrator };
}

function resolveLongTerm(accessKeyId: string, deps: CredentialDeps): ResolvedCredentials {
  const user = deps.store.find(users, accessKeyId)?.value;
  const key = user?.keys.find(candidate => candidate.id === accessKeyId);
  if (user !== undefined && key !== undefined) {
    if (!key.active) throw invalidCredentials(`The access key ${accessKeyId} is inactive.`, 'inactive-key');
    return { caller: userCaller(user, accessKeyId), secret: key.secret };
  }
  const builtIn = deps.builtIn?.find(accessKeyId);
  if (builtIn !== undefined) {
    const { user: administrator, secret, storeAdministrator } = builtIn;
    return { caller: userCaller(administrator, accessKeyId), secret, onVerified: storeAdministrator };
  }
  throw invalidCredentials(
    accessKeyId.startsWith('ASIA')
      ? 'The access key is temporary and the request has no session token.'
      : `The access key ${shownKeyId(accessKeyId)} does not exist.`,
    'unknown-key',
  );
}

function userCaller(user: User, accessKeyId: string, session?: Session): Caller {
  const { account, arn, id, name } = user;
  return {
    kind: 'user',
    account,
    arn,
    userId: id,
    entityId: id,
    name,
    accessKeyId,
    ...defined({ session }),
  };
}

/** `parent` is the owner of the key that requested the session; a built-in user may not be in the store yet. */
function sessionCaller(session: Session, parent: User | undefined, deps: CredentialDeps): Caller {
  const { account, accessKeyId, entityId = '', name = '' } = session;
  if (session.kind === 'role') {
    const role = deps.store.find(roles, entityId)?.value;
    if (role === undefined) throw invalidCredentials('The role of the session was deleted.', 'deleted-principal');
    const arn = assumedRoleArn(account, role.name, name);
    return {
      kind: 'role',
      account,
      arn,
      userId: `${role.id}:${name}`,
      entityId,
      name: role.name,
      roleArn: role.arn,
      accessKeyId,
      session,
    };
  }
  if (session.kind === 'root')
    return { kind: 'root', account, arn: iamArn(account, 'root'), userId: account, accessKeyId, session };
  const user = entityId === '' ? undefined : parent?.id === entityId ? parent : deps.store.find(users, entityId)?.value;
  if (user === undefined && entityId !== '')
    throw invalidCredentials('The user of the session was deleted.', 'deleted-principal');
  if (session.kind === 'federated-user') {
    const arn = federatedUserArn(account, name);
    return {
      kind: 'federated-user',
      account,
      arn,
      userId: `${account}:${name}`,
      name,
      accessKeyId,
      session,
      parentArn: user?.arn ?? iamArn(account, 'root'),
      ...defined({ parentUserId: user?.id }),
    };
  }
  if (user === undefined) throw invalidCredentials('The session has no user.', 'deleted-principal');
  return userCaller(user, accessKeyId, session);
}

/** The owner of the key that requested a session. Throws InvalidClientTokenId when the key was deleted. */
function ownerOfParentKey(
  keyId: string,
  { store, builtIn }: CredentialDeps,
): Pick<BuiltInUser, 'user' | 'storeAdministrator'> {
  const user = store.find(users, keyId)?.value;
  const found = user === undefined ? builtIn?.find(keyId) : { user, storeAdministrator: undefined };
  if (found === undefined)
    throw invalidCredentials(`The access key ${keyId}, which requested the session, was deleted.`, 'deleted-key');
  return found;
}

/** Whether an access key id (including built-in ones) or the unique id of a role exists. */
export const isKnownId = (id: string, { store, builtIn }: CredentialDeps): boolean =>
  store.find(users, id) !== undefined || store.find(roles, id) !== undefined || builtIn?.find(id) !== undefined;

/** The built-in administrator. */
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
}

/**
 * The administrator is an IAM user, not the root user, so that it can assume roles. It is stored with the first correctly
 * signed call in an account. From then on it is a normal user: it can be read, restricted and deleted.
 */
export function builtInCredentials(settings: BuiltInSettings, deps: BuiltInDeps): BuiltInCredentials {
  return {
    find(accessKeyId) {
      const account = builtInAccount(accessKeyId, settings);
      if (account === undefined) return undefined;
      const secret = settings.secretAccessKey;
      const known = userByName(deps.store, account, NAME);
      if (deps.store.get(accounts, account)?.value.hasReceivedCall === true)
        return known === undefined ? undefined : { user: known, secret, storeAdministrator: undefined };
      const user = known ?? administrator(account, deps);
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

function administrator(account: string, deps: BuiltInDeps): User {
  const arn = iamArn(account, `user${PATH}${NAME}`);
  return {
    account,
    name: NAME,
    path: PATH,
    id: uniqueId('AIDA', account, arn, deps),
    arn,
    createdAt: deps.clock.now(),
    inline: [],
    attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    tags: [],
    keys: [],
    groups: [],
  };
}
