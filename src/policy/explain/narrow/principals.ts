/** Unwanted callers by the Principal element: the name to take out of it, and what to write instead of a whole account or everyone. */
import { isObject, pointerStep } from '../../../kernel/json.ts';
import type { Json, PatchOperation, Principal, StatementVerdict } from '../../decision.ts';
import { valueAt } from '../patch.ts';

/** The names by which a Principal element can name the caller alone, by type. */
function namesOf(principal: Principal): readonly (readonly [type: string, name: string])[] {
  switch (principal.type) {
    case 'role-session':
      return [
        ['AWS', principal.arn],
        ['AWS', principal.roleArn],
      ];
    case 'user':
    case 'federated-user':
      return [['AWS', principal.arn]];
    case 'service':
      return [['Service', principal.service]];
    case 'federated':
      return [['Federated', principal.provider]];
    default:
      return [];
  }
}

/** The edit that takes the caller's name out of a list of principals; undefined where the statement has no other principal. */
export function removePrincipal(
  { principal: { why } }: StatementVerdict,
  document: Json,
  path: string,
  principal: Principal,
): { readonly sentence: string; readonly patch: readonly PatchOperation[] } | undefined {
  const at = `${path}/Principal`;
  const element = valueAt(document, at);
  if (!isObject(element) || principal.type === 'federated' || why['by'] === 'account') return undefined;
  for (const [type, name] of namesOf(principal)) {
    const written = element[type];
    const sentence = `remove ${JSON.stringify(name)} from Principal ${type}.`;
    const place = at + pointerStep(type);
    if (Array.isArray(written) && written.length > 1 && written.includes(name))
      return { sentence, patch: [{ op: 'remove', path: `${place}/${written.indexOf(name)}` }] };
    const isOnly = written === name || (Array.isArray(written) && written.length === 1 && written[0] === name);
    if (isOnly && Object.keys(element).length > 1) return { sentence, patch: [{ op: 'remove', path: place }] };
  }
  return undefined;
}

/** What to write instead of a principal that stands for many; undefined where the caller is named, or is a token's. */
export function wholePrincipal({ principal: { why } }: StatementVerdict, principal: Principal): string | undefined {
  if (principal.type === 'federated') return undefined;
  if (why['by'] === 'account' && 'account' in principal)
    return `replace account ${principal.account} in Principal with the roles or users that you want: it stands for all of them.`;
  if (why['by'] === 'everyone') return 'replace "*" in Principal with the principals that you want.';
  return why['by'] === 'service'
    ? 'add a condition on aws:SourceArn or aws:SourceAccount that names the resources for which the service may call.'
    : undefined;
}
