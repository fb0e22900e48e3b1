/** Service-linked roles of a declaration: roles with the path `/aws-service-role/`, which only their service may change. */

import { nameKey, roles } from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { type Change, put } from '../store/store.ts';

/** The service in the path of a service-linked role; undefined for other roles. */
export const linkedServiceName = (path = '/'): string | undefined => /^\/aws-service-role\/([^/]+)\/$/.exec(path)?.[1];

/** Marks a role as service-linked after CreateRole, which cannot create such roles, and after its policies are attached. */
export function withLinkedService(
  account: string,
  name: string,
  service: string,
  { store }: IamDeps,
): readonly Change[] {
  const found = store.get(roles, nameKey(account, name));
  if (found === undefined) return [];
  return [put(roles, nameKey(account, name), { ...found.value, linkedService: service }, found.version)];
}
