/** What keeps an unwanted caller out beside what lets it in: a condition that excludes it, or a statement that denies. */
import { pointerStep } from '../../../kernel/json.ts';
import type { EvaluationRequest, Json, JsonObject, PatchOperation } from '../../decision.ts';
import { withoutRun } from '../../issuer-subjects.ts';
import { tokenCaller } from '../key-roles.ts';
import { valueAt } from '../patch.ts';
import type { Question } from '../question.ts';
import type { Change, Grant } from './change.ts';
import { wholeResource } from './subjects.ts';

export const EXCLUSION = 'An exclusion lets in everybody else. To name the callers that you want is safer.';
const ONE_RESOURCE = 'Other resources stay allowed. To name the resources that you want is safer.';

/** A negated condition that is false for a caller. */
export interface Exclusion {
  readonly operator: 'StringNotEquals' | 'StringNotLike' | 'ArnNotEquals';
  readonly key: string;
  readonly value: string;
}

/** The exclusions of a caller, the narrowest first: its subject in every run, and its repository or workspace; or its ARN. */
export function exclusionsOf({
  principal,
  context,
}: Pick<EvaluationRequest, 'principal' | 'context'>): readonly Exclusion[] {
  const caller = tokenCaller({ principal, context });
  if (caller !== undefined) {
    const { issuer, subject, subjects } = caller;
    const key = `${issuer}:sub`;
    const exact = subjects === undefined ? subject : withoutRun(subject, subjects);
    const whole = subjects === undefined ? undefined : wholeResource(subject, subjects);
    const values = whole === undefined || whole === exact ? [exact] : [exact, whole];
    return values.map(value => ({ operator: value === subject ? 'StringNotEquals' : 'StringNotLike', key, value }));
  }
  const arn = principal.type === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : undefined;
  return arn === undefined ? [] : [{ operator: 'ArnNotEquals', key: 'aws:PrincipalArn', value: arn }];
}

/** A condition that excludes callers from the statement. */
export function excluding({ path, document }: Grant, { operator, key, value }: Exclusion): Change {
  const block = `${path}/Condition`;
  const target = block + pointerStep(operator);
  const sentence = `add ${operator} ${key} ${JSON.stringify(value)}.`;
  if (valueAt(document, block) === undefined)
    return {
      kind: 'exclusion',
      sentence,
      patch: [{ op: 'add', path: block, value: { [operator]: { [key]: value } } }],
    };
  if (valueAt(document, target) === undefined)
    return { kind: 'exclusion', sentence, patch: [{ op: 'add', path: target, value: { [key]: value } }] };
  const old = valueAt(document, target + pointerStep(key));
  if (old === undefined)
    return { kind: 'exclusion', sentence, patch: [{ op: 'add', path: target + pointerStep(key), value }] };
  return {
    kind: 'exclusion',
    sentence,
    patch: [{ op: 'replace', path: target + pointerStep(key), value: [...[old].flat(), value] }],
  };
}

/** An explicit deny for this caller; of an identity policy, for this action on this resource. */
export function denyStatement({ layer, document, verdict }: Grant, { request }: Question): Change | undefined {
  const [who] = exclusionsOf(request);
  const { principal, action, resource } = request;
  const base = { Effect: 'Deny', Action: action, ...(layer === 'trust' ? {} : { Resource: resource }) };
  if (layer !== 'identity' && who === undefined) return undefined;
  const caller: JsonObject =
    layer === 'identity' || who === undefined
      ? {}
      : principal.type === 'federated'
        ? {
            Principal: { Federated: principal.provider },
            Condition: { [who.operator.replace('Not', '')]: { [who.key]: who.value } },
          }
        : {
            Principal: { AWS: who.value },
            // The ARN of a root user as a principal stands for the whole account.
            ...(principal.type === 'root' ? { Condition: { ArnEquals: { [who.key]: who.value } } } : {}),
          };
  const statement: Json = { ...base, ...caller };
  const whom =
    layer === 'identity' || who === undefined ? `on ${resource}` : `to ${JSON.stringify(who.value)} (${who.key})`;
  const old = valueAt(document, '/Statement') ?? [];
  const patch: PatchOperation = Array.isArray(old)
    ? { op: 'add', path: '/Statement/-', value: statement }
    : { op: 'replace', path: '/Statement', value: [old, statement] };
  const place = verdict.policy === 0 ? '' : ` to policy ${verdict.policy + 1}`;
  return {
    kind: 'deny',
    sentence: `Add a statement${place} that denies ${action} ${whom}.`,
    patch: [patch],
    caution: layer === 'identity' ? ONE_RESOURCE : EXCLUSION,
  };
}
