/** Condition keys of an assume call: of every call, of the role and the requested session, and of a token's claims. */
import { claimsOf } from '../provider-claims.ts';
import { keyValue } from './claims.ts';
import type { Members } from './members.ts';

/** A mutable request context; keys are in lower case. */
export type MutableRequestContext = Map<string, string | readonly string[]>;

/** The properties of a call that have condition keys. */
export interface CallContext {
  /** Movable time of the call, epoch milliseconds. */
  readonly now: number;
  /** `now` in ISO 8601. */
  readonly isoTime: string;
  readonly region: string;
  readonly secure: boolean;
  readonly sourceIp: string;
  readonly userAgent: string;
}

export interface SessionTag {
  readonly Key: string;
  readonly Value: string;
}

/** What a call requests for its session, and the role. */
interface RequestedSession {
  readonly role: { readonly tags: readonly SessionTag[] };
  readonly sessionName: string;
  readonly tags: readonly SessionTag[];
  readonly transitive: readonly string[];
  readonly sourceIdentity: string | undefined;
}

/** Keys of every call, signed or not (IAM User Guide, reference_policies_condition-keys). */
export const callContext = (call: CallContext, resourceAccount: string): MutableRequestContext =>
  new Map([
    ['aws:currenttime', call.isoTime],
    ['aws:epochtime', String(Math.floor(call.now / 1000))],
    ['aws:requestedregion', call.region],
    ['aws:securetransport', String(call.secure)],
    ['aws:sourceip', call.sourceIp],
    ['aws:useragent', call.userAgent],
    ['aws:viaawsservice', 'false'],
    ['aws:resourceaccount', resourceAccount],
  ]);

/** Adds the keys of a caller with credentials; `arn` is that of the user or role. */
export const addPrincipalKeys = (
  keys: MutableRequestContext,
  caller: { readonly account: string; readonly arn: string; readonly type: string; readonly userId: string },
): MutableRequestContext =>
  keys
    .set('aws:principalaccount', caller.account)
    .set('aws:principaltype', caller.type)
    .set('aws:userid', caller.userId)
    .set('aws:principalarn', caller.arn)
    .set('aws:principalisawsservice', 'false');

/** Adds the keys of the role and of the requested session. */
export function addSessionKeys(keys: MutableRequestContext, requested: RequestedSession): MutableRequestContext {
  const { role, sessionName, tags, transitive, sourceIdentity } = requested;
  keys.set('sts:rolesessionname', sessionName);
  for (const tag of role.tags) {
    const key = tag.Key.toLowerCase();
    keys.set(`aws:resourcetag/${key}`, tag.Value);
    keys.set(`iam:resourcetag/${key}`, tag.Value);
  }
  for (const tag of tags) keys.set(`aws:requesttag/${tag.Key.toLowerCase()}`, tag.Value);
  if (tags.length > 0) {
    keys.set(
      'aws:tagkeys',
      tags.map(tag => tag.Key),
    );
  }
  if (transitive.length > 0) keys.set('sts:transitivetagkeys', transitive);
  if (sourceIdentity !== undefined) keys.set('sts:sourceidentity', sourceIdentity);
  return keys;
}

/** Names of an issuer's condition keys: those that a session keeps, and in lower case those of the trust decision alone. */
export interface IssuerKeyNames {
  readonly aud: string;
  readonly sub: string;
  readonly amr: string;
  readonly oaud: string;
  readonly claims: readonly { readonly claim: string; readonly key: string }[];
}

/** aud, oaud, sub, amr, email, and what AWS knows of certain issuers. */
export function issuerKeyNames(prefix: string): IssuerKeyNames {
  const lower = prefix.toLowerCase();
  const claims = ['email', ...(claimsOf(prefix)?.claims ?? [])].map(claim => ({ claim, key: `${lower}:${claim}` }));
  return { aud: `${prefix}:aud`, sub: `${prefix}:sub`, amr: `${prefix}:amr`, oaud: `${lower}:oaud`, claims };
}

/** Adds the keys of a verified token that exist only in the context of the trust decision. */
export function addClaimKeys(
  keys: MutableRequestContext,
  claims: Members,
  audiences: readonly string[],
  names: IssuerKeyNames,
): void {
  const [only] = audiences;
  keys.set(names.oaud, audiences.length === 1 && only !== undefined ? only : audiences);
  for (const { claim, key } of names.claims) {
    const value = keyValue(claims.get(claim));
    if (value !== undefined) keys.set(key, value);
  }
}
