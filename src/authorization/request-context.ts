/** The condition keys of every call, signed or unsigned, before its operation adds its own. */

import { roles, type Tag, users } from '../accounts/model.ts';
import type { Call, ExtraContext } from '../aws/operation.ts';
import type { Principal } from '../policy/decision.ts';
import { addPrincipalKeys, callContext, type MutableRequestContext } from '../policy/web-identity/context.ts';
import type { Store } from '../store/store.ts';
import type { Caller } from './principals.ts';

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const;

/**
 * Global condition keys of a call (IAM User Guide, reference_policies_condition-keys). Keys are in lower case; an array is
 * a multi-valued key. `resourceAccount` is the owner of the resource.
 */
export function requestContext(
  call: Call<Caller>,
  resourceAccount: string,
  store: Store,
  extra: ExtraContext = {},
): MutableRequestContext {
  const keys = callContext(call, resourceAccount);
  if (call.caller !== undefined) addCaller(keys, call.caller, call.now, store);
  for (const [key, value] of Object.entries(extra)) keys.set(key.toLowerCase(), value);
  return keys;
}

function addCaller(keys: MutableRequestContext, caller: Caller, now: number, store: Store): void {
  const { account, kind } = caller;
  const arn = kind === 'role' ? caller.roleArn : caller.arn;
  addPrincipalKeys(keys, { account, arn, type: PRINCIPAL_TYPES[kind], userId: caller.userId });
  if (caller.kind === 'user') keys.set('aws:username', caller.name);
  for (const tag of principalTags(caller, store)) keys.set(`aws:principaltag/${tag.Key.toLowerCase()}`, tag.Value);
  const { session } = caller;
  if (session === undefined) return;
  keys.set('aws:tokenissuetime', new Date(session.issuedAt).toISOString());
  keys.set('aws:multifactorauthpresent', String(session.mfaAt !== undefined));
  if (session.mfaAt !== undefined) {
    keys.set('aws:multifactorauthage', String(Math.max(0, Math.floor((now - session.mfaAt) / 1000))));
  }
  if (session.sourceIdentity !== undefined) keys.set('aws:sourceidentity', session.sourceIdentity);
  if (session.federatedProvider !== undefined) keys.set('aws:federatedprovider', session.federatedProvider);
  for (const [key, value] of Object.entries(session.claims ?? {})) keys.set(key.toLowerCase(), value);
}

/** Tags of the user or role, overridden by session tags; keys are case-insensitive. */
function principalTags(caller: Caller, store: Store): readonly Tag[] {
  const own =
    caller.kind === 'role'
      ? (store.find(roles, caller.entityId)?.value.tags ?? [])
      : caller.kind === 'user'
        ? (store.find(users, caller.entityId)?.value.tags ?? [])
        : [];
  return [...own, ...(caller.session?.tags ?? [])];
}

/** The caller as a principal of the policy evaluator. */
export function policyPrincipal(caller: Caller): Principal {
  switch (caller.kind) {
    case 'root':
      return { type: 'root', arn: caller.arn, account: caller.account };
    case 'user':
      return { type: 'user', arn: caller.arn, account: caller.account, uniqueId: caller.entityId };
    case 'role':
      return {
        type: 'role-session',
        arn: caller.arn,
        roleArn: caller.roleArn,
        account: caller.account,
        uniqueId: caller.entityId,
      };
    case 'federated-user':
      return { type: 'federated-user', arn: caller.arn, account: caller.account, userArn: caller.parentArn };
  }
}
