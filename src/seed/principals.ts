/** Principals of imported trust policies: converts unique ids to ARNs, and removes principals that do not exist. */
import { parseArn } from '../aws/arn.ts';
import type { DocumentSetting } from '../config/accounts.ts';
import { JsonError, readJson } from '../kernel/json.ts';
import { isUniqueId } from '../policy/principal-element.ts';
import type { Draft } from './readers/draft.ts';
import { asObject, type Members, member } from './readers/values.ts';

/** Trust policy of a role whose principals were all removed: it allows nobody. */
const NOBODY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
};

/** Resolves the principals in the trust policies of all roles; reports each removed principal. */
export function resolvePrincipals(draft: Draft): void {
  for (const [number, account] of draft.accounts) {
    for (const role of account.roles.values()) {
      if (role.trust === undefined) continue;
      role.trust = withResolvedPrincipals(role.trust, draft, (principal, why) =>
        draft.skip(
          `account ${number}, role ${role.name}`,
          `its trust policy names ${principal}, ${why}; the principal was removed`,
        ),
      );
    }
  }
}

type Report = (principal: string, why: string) => void;

function withResolvedPrincipals(trust: DocumentSetting, draft: Draft, report: Report): DocumentSetting {
  const document = typeof trust === 'string' ? parsed(trust) : trust;
  if (document === undefined) return trust;
  const written = member(document, 'Statement');
  const statements = Array.isArray(written) ? written : [written];
  let isChanged = false;
  const kept = statements.flatMap(statement => {
    const principal = asObject(member(statement, 'Principal'));
    const names = principal === undefined ? undefined : member(principal, 'AWS');
    if (principal === undefined || names === undefined) return [statement];
    const before = [names].flat();
    const after = before.flatMap(name => (typeof name === 'string' ? resolvedName(name, draft, report) : [name]));
    if (after.length === before.length && after.every((name, at) => name === before[at])) return [statement];
    isChanged = true;
    const { AWS: _, ...others } = principal;
    const left: Members = after.length === 0 ? others : { ...others, AWS: after.length === 1 ? after[0] : after };
    return Object.keys(left).length === 0 ? [] : [{ ...asObject(statement), Principal: left }];
  });
  if (!isChanged) return trust;
  return kept.length === 0 ? NOBODY : { ...document, Statement: kept };
}

/** IAM accepts documents of up to 131,072 characters. */
const POLICY = { size: 131_072, depth: 100, values: 131_072 } as const;

/** Returns undefined for text that is not a JSON object: IAM reports its errors. */
function parsed(text: string): Members | undefined {
  try {
    return asObject(readJson(text, POLICY));
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function resolvedName(name: string, draft: Draft, report: Report): string[] {
  if (isUniqueId(name)) {
    const arn = draft.arnsById.get(name);
    if (arn !== undefined) return [arn];
    report(name, 'a deleted role or user');
    return [];
  }
  const arn = parseArn(name);
  const account = arn === undefined ? undefined : draft.accounts.get(arn.account);
  if (arn === undefined || account === undefined) return [name];
  const [resourceType, ...rest] = arn.resource.split('/');
  const table =
    arn.service === 'sts' || resourceType === 'role'
      ? account.roles
      : resourceType === 'user'
        ? account.users
        : undefined;
  if (table === undefined) return [name];
  const entityName = (arn.service === 'sts' ? rest[0] : rest.at(-1)) ?? '';
  if (table.has(entityName.toLowerCase())) return [name];
  report(name, 'which is not in the files');
  return [];
}
