/** Unwanted callers by the Principal element: the name to take out of it, and what to write instead of a whole account or everyone. */
import { isObject, pointerStep } from '../../../kernel/json.ts';
import type { PatchOperation, Principal, StatementVerdict } from '../../decision.ts';
import { valueAt } from '../patch.ts';
import type { Grant } from './change.ts';

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
  { verdict, document, path }: Grant,
  principal: Principal,
): { readonly sentence: string; readonly patch: readonly PatchOperation[] } | undefined {
  const at = `${path}/Principal`;
  const element = valueAt(document, at);
  if (!isObject(element) || verdict.principal.why['by'] === 'account') return undefined;
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

/** Keys that say who calls; a caller does not choose them. */
const identifies =
  /^(?:aws:(?:principal(?:arn|account|orgid|orgpaths|tag\/.*)|userid|username|sourceidentity|federatedprovider)|kms:calleraccount)$/i;
const namesSource = /^aws:source(?:arn|account|orgid|orgpaths)$/i;

/** What to write instead of a principal that stands for many. */
interface WholePrincipal {
  readonly advice: string;
  /** Whether a condition says who calls as well. */
  readonly isLimited: boolean;
}

/** Undefined where the caller is named, or is a token's. */
export function wholePrincipal(
  { principal: { why }, conditions }: StatementVerdict,
  principal: Principal,
): WholePrincipal | undefined {
  if (principal.type === 'federated') return undefined;
  const keys = why['by'] === 'service' ? namesSource : identifies;
  const limit = conditions.find(({ key, actual }) => keys.test(key) && actual !== null);
  const isLimited = limit !== undefined;
  const orNarrow = isLimited ? `, or narrow the condition on ${limit.key}` : '';
  const whole = isLimited ? '' : ': it stands for all of them';
  switch (why['by']) {
    case 'account': {
      const account = 'account' in principal ? principal.account : '';
      const advice = `replace account ${account} in Principal with the roles or users that you want${orNarrow}${whole}.`;
      return { advice, isLimited };
    }
    case 'everyone':
      return { advice: `replace "*" in Principal with the principals that you want${orNarrow}.`, isLimited };
    case 'service': {
      const advice = isLimited
        ? `narrow the condition on ${limit.key} to that for which the service may call: it matches ${JSON.stringify(limit.actual?.[0] ?? '')}.`
        : 'add a condition on aws:SourceArn or aws:SourceAccount that names the resources for which the service may call.';
      return { advice, isLimited };
    }
    default:
      return undefined;
  }
}
