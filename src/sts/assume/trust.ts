/** The role of an assume call: its lookup, trust policy, condition keys and maximum duration. */

import { type Role, roleByName, type Tag } from '../../accounts/model.ts';
import { compiled, organizationLayers } from '../../authorization/policies-in-force.ts';
import type { Caller } from '../../authorization/principals.ts';
import { type MutableRequestContext, requestContext } from '../../authorization/request-context.ts';
import { parseArn } from '../../aws/arn.ts';
import type { Call } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { PolicySet } from '../../policy/index.ts';
import type { Store } from '../../store/store.ts';
import type { StsDeps } from '../deps.ts';
import { invalidArn, overRoleMaximum } from '../errors.ts';
import type { AssumeTrace } from './assume-trace.ts';

/** The account of a role's ARN. Throws ValidationError (`… is invalid`) when the text is not an ARN. */
export function accountOfRole(roleArn: string): string {
  const arn = parseArn(roleArn);
  if (arn === undefined) throw invalidArn(roleArn);
  return arn.account;
}

/** The role with exactly this ARN. */
export function findRole(roleArn: string, store: Store): Role | undefined {
  const arn = parseArn(roleArn);
  if (arn === undefined) return undefined;
  const role = roleByName(store, arn.account, roleArn.slice(roleArn.lastIndexOf('/') + 1));
  return role?.arn === roleArn ? role : undefined;
}

/** The trust policy of a role, with the resource control policies of the organization. */
export function trustPolicies(role: Role, deps: StsDeps): PolicySet {
  const { rcp } = organizationLayers(role.account, deps.iam.settings.organization);
  return { resource: compiled(role.trust, 'trust'), kind: 'trust', ...defined({ rcp }) };
}

/** Requested session tags. */
export interface RequestedTags {
  readonly tags: readonly Tag[];
  readonly transitive: readonly string[];
}

/** Condition keys of an assume call: the keys of every call, of the role and of the requested session. */
export function assumeContext(
  call: Call<Caller>,
  role: Role,
  requested: { readonly sessionName: string; readonly sourceIdentity?: string | undefined } & RequestedTags,
  store: Store,
): MutableRequestContext {
  const keys = requestContext(call, role.account, store);
  keys.set('sts:rolesessionname', requested.sessionName);
  for (const tag of role.tags) {
    const key = tag.Key.toLowerCase();
    keys.set(`aws:resourcetag/${key}`, tag.Value);
    keys.set(`iam:resourcetag/${key}`, tag.Value);
  }
  for (const tag of requested.tags) keys.set(`aws:requesttag/${tag.Key.toLowerCase()}`, tag.Value);
  if (requested.tags.length > 0) {
    keys.set(
      'aws:tagkeys',
      requested.tags.map(tag => tag.Key),
    );
  }
  if (requested.transitive.length > 0) keys.set('sts:transitivetagkeys', requested.transitive);
  if (requested.sourceIdentity !== undefined) keys.set('sts:sourceidentity', requested.sourceIdentity);
  return keys;
}

/** The duration of a role session in seconds: 3600 by default. Throws ValidationError above the role's maximum. */
export function roleSessionSeconds(requested: number | undefined, role: Role, trace: AssumeTrace): number {
  const seconds = requested ?? 3600;
  if (seconds > role.maxSessionDuration) {
    throw trace.refuse(
      'duration',
      overRoleMaximum({
        reason: 'duration-over-role-maximum',
        detail: `The request asks for ${seconds} seconds; MaxSessionDuration of ${role.arn} is ${role.maxSessionDuration}.`,
      }),
    );
  }
  return seconds;
}
