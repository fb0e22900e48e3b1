/** Service-linked roles of a declaration: roles under `/aws-service-role/`, which only their service may change. */

import { nameKey, roles } from '../accounts/model.ts';
import type { IamDeps } from '../authorization/deps.ts';
import { type Change, put } from '../store/store.ts';

/** The service whose role it is by its path; undefined of other roles. */
export const linkedServiceOf = (path = '/'): string | undefined => /^\/aws-service-role\/([^/]+)\/$/.exec(path)?.[1];

/** Marks a role that was made by CreateRole, which makes no service-linked ones: with the policies it has by now. */
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
