/** Near misses of `aws:PrincipalArn`, which is the ARN of the user or role with its path, and never that of a session. */
import { splitArn } from '../../aws/arn.ts';
import { matchWildcard } from '../match.ts';
import type { ValueMiss } from './near-values.ts';

/** The near miss of a value of `aws:PrincipalArn`; undefined for other keys and other values. */
export function principalArnMiss(key: string, expected: string, actual: string): ValueMiss | undefined {
  if (key.toLowerCase() !== 'aws:principalarn') return undefined;
  const [wanted, real] = [splitArn(expected), splitArn(actual)];
  const [, , service = '', , account = '', resource = ''] = wanted ?? [];
  const [, partition = '', , , ownAccount = '', ownResource = ''] = real ?? [];
  const [kind = '', ...names] = resource.split('/');
  const isOwnAccount = matchWildcard(account, ownAccount);
  if (service === 'sts' && kind === 'assumed-role') {
    const [role = '', session = '*'] = names;
    const isOwn = isOwnAccount && matchWildcard(role, lastOf(ownResource)) && ownResource.startsWith('role/');
    const named = `arn:${partition}:iam::${account}:role/${role}`;
    const why = { code: 'session-in-principal-arn', expected, actual, role: isOwn ? actual : named };
    return { why, ...(isOwn && session === '*' ? { corrected: actual } : {}) };
  }
  // IAM names are unique in their account, whatever their path.
  const [ownKind, ...ownNames] = ownResource.split('/');
  const isOwn = isOwnAccount && kind === ownKind && matchWildcard(lastOf(resource), lastOf(ownResource));
  if (!isOwn || lastOf(resource) === '' || /[*?]/.test(names.slice(0, -1).join('/'))) return undefined;
  const path = ownNames.slice(0, -1).join('/');
  const corrected = `arn:${partition}:iam::${account}:${[kind, ...(path === '' ? [] : [path]), lastOf(resource)].join('/')}`;
  return corrected === expected ? undefined : { why: { code: 'principal-arn-path', expected, actual }, corrected };
}

const lastOf = (resource: string): string => resource.slice(resource.lastIndexOf('/') + 1);
