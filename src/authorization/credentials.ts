/** From an access key id and a session token to the caller and the secret that must have signed. */

import { roles, type User, users } from '../accounts/model.ts';
import { iamArn } from '../aws/arn.ts';
import { type AwsError, errorRow } from '../aws/error.ts';
import { encodeId } from '../aws/unique-id.ts';
import { readBase64 } from '../kernel/base64.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import { assumedRoleArn, type Caller, federatedUserArn, type Session } from './principals.ts';

const SESSION = 'session-token';
const SECRET = 'session-secret';

const invalidClientTokenId = errorRow('InvalidClientTokenId', 403);
const expiredToken = errorRow('ExpiredToken', 403);

export interface CredentialDeps {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** `test`/`test` and 12-digit key ids; undefined when the configuration switches them off. */
  readonly builtIn?: BuiltInCredentials;
}

/** Credentials that exist without being created. */
export interface BuiltInCredentials {
  /** The caller and secret behind a key id that no user owns, or undefined. Writes nothing. */
  find(accessKeyId: string): BuiltInUser | undefined;
}

export interface BuiltInUser {
  readonly user: User;
  readonly secret: string;
  /** Puts account and user into the store; undefined when they are there. To be called once a signature has fitted. */
  readonly enter: (() => void) | undefined;
}

/** Who would have signed, if the signature fits `secret`. */
export interface ResolvedCredentials {
  readonly caller: Caller;
  readonly secret: string;
  /** To be called once the signature has fitted; what it names is in the store from then on. */
  readonly verified?: (() => void) | undefined;
}

/** The one answer to credentials that are not taken; `detail` is for the decision. */
export const refused = (detail: string, reason: string): AwsError =>
  invalidClientTokenId('The security token included in the request is invalid.', { detail, reason });

/**
 * Finds the caller of an access key id, before any signature check, as AWS orders it: unknown key, temporary key
 * without its token or with another one are InvalidClientTokenId; a session past its time is ExpiredToken.
 */
export function resolveCredentials(
  accessKeyId: string,
  sessionToken: string | undefined,
  deps: CredentialDeps,
): ResolvedCredentials {
  if (sessionToken === undefined) return resolveLongTerm(accessKeyId, deps);
  const session = openSession(sessionToken, deps.sealer);
  if (session === undefined) throw refused('the session token was not issued by this instance', 'unknown-session');
  if (session.accessKeyId !== accessKeyId)
    throw refused('the session token belongs to another access key', 'foreign-session');
  const { kind, parentKeyId } = session;
  const parent = kind === 'role' || parentKeyId === undefined ? undefined : livingKey(parentKeyId, deps);
  const caller = sessionCaller(session, parent?.user, deps);
  if (session.expiresAt <= deps.clock.now()) {
    throw expiredToken('The security token included in the request is expired', {
      detail: `the session ended at ${new Date(session.expiresAt).toISOString()}`,
      reason: 'expired-session',
    });
  }
  return { caller, secret: sessionSecret(accessKeyId, deps.sealer), verified: parent?.enter };
}

function resolveLongTerm(accessKeyId: string, deps: CredentialDeps): ResolvedCredentials {
  const user = deps.store.find(users, accessKeyId)?.value;
  const key = user?.keys.find(candidate => candidate.id === accessKeyId);
  if (user !== undefined && key !== undefined) {
    if (!key.active) throw refused(`access key ${accessKeyId} is inactive`, 'inactive-key');
    return { caller: userCaller(user, accessKeyId), secret: key.secret };
  }
  const builtIn = deps.builtIn?.find(accessKeyId);
  if (builtIn !== undefined) {
    const { user: administrator, secret, enter } = builtIn;
    return { caller: userCaller(administrator, accessKeyId), secret, verified: enter };
  }
  throw refused(
    accessKeyId.startsWith('ASIA')
      ? 'a temporary access key came without its session token'
      : `no access key ${accessKeyId} exists`,
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
    ...(session === undefined ? {} : { session }),
  };
}

/** `parent` is the owner of the key that asked for the session; one that is built in need not be in the store yet. */
function sessionCaller(session: Session, parent: User | undefined, deps: CredentialDeps): Caller {
  const { account, accessKeyId, entityId = '', name = '' } = session;
  if (session.kind === 'role') {
    const role = deps.store.find(roles, entityId)?.value;
    if (role === undefined) throw refused('the role of the session was deleted', 'deleted-principal');
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
  if (user === undefined && entityId !== '') throw refused('the user of the session was deleted', 'deleted-principal');
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
      ...(user === undefined ? {} : { parentUserId: user.id }),
    };
  }
  if (user === undefined) throw refused('the session names no user', 'deleted-principal');
  return userCaller(user, accessKeyId, session);
}

/** The owner of the key that asked for a session. Throws InvalidClientTokenId when the key was deleted. */
function livingKey(keyId: string, { store, builtIn }: CredentialDeps): Pick<BuiltInUser, 'user' | 'enter'> {
  const user = store.find(users, keyId)?.value;
  const found = user === undefined ? builtIn?.find(keyId) : { user, enter: undefined };
  if (found === undefined) throw refused(`access key ${keyId}, which made the session, was deleted`, 'deleted-key');
  return found;
}

/** Whether an access key id, or the unique id of a role, is somebody's; built-in keys are. */
export const exists = (id: string, { store, builtIn }: CredentialDeps): boolean =>
  store.find(users, id) !== undefined || store.find(roles, id) !== undefined || builtIn?.find(id) !== undefined;

/** A new temporary access key id for an account: ASIA and the account in AWS's encoding. `entropy`: 12 bytes. */
export const temporaryKeyId = (account: string, entropy: Buffer): string => encodeId('ASIA', account, entropy, 20);

/** The 40-character secret of a temporary key: derived, so that no replica needs to store it. */
export const sessionSecret = (accessKeyId: string, sealer: Sealer): string =>
  sealer.derive(SECRET, accessKeyId).toString('base64').slice(0, 40);

/** Seals a session into its token: base64 text. */
export const sealSession = (session: Session, sealer: Sealer): string =>
  sealer.seal(SESSION, Buffer.from(JSON.stringify(session))).toString('base64');

/** Opens a session token; undefined for anything this instance did not seal. */
export function openSession(token: string, sealer: Sealer): Session | undefined {
  const sealed = readBase64(token, 'base64');
  const opened = sealed === undefined ? undefined : sealer.open(SESSION, sealed);
  return opened === undefined ? undefined : (JSON.parse(opened.toString()) as Session);
}

/** Prefixes of the entities whose ids are derived. */
export type EntityPrefix = 'AROA' | 'AIDA' | 'AGPA' | 'AIPA' | 'ANPA';

/** A 21-character unique id of an entity: from secret, ARN and life, so that replicas agree without talking. */
export function uniqueId(
  prefix: EntityPrefix,
  account: string,
  arn: string,
  generation: string,
  sealer: Sealer,
): string {
  return encodeId(prefix, account, sealer.derive('unique-id', `${prefix}\0${arn}\0${generation}`), 21);
}
