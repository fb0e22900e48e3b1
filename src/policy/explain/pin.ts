/** Statements for the caller of a request alone: a condition on the subject of its token or on its ARN, and a new statement. */
import { pointerStep, readPointer } from '../../kernel/json.ts';
import type { Evaluation, Json, PatchOperation } from '../decision.ts';
import { withoutRun } from '../issuer-subjects.ts';
import { tokenCaller } from './key-roles.ts';
import type { NearMiss } from './near-miss.ts';
import { policiesOf } from './near-misses.ts';
import { valueAt } from './patch.ts';
import type { Question } from './question.ts';

/** The operations that add the condition to the statement of a near miss; undefined when the statement cannot be limited. */
export function pinTo(
  miss: NearMiss | undefined,
  { request, policies }: Pick<Question, 'request' | 'policies'>,
): readonly PatchOperation[] | undefined {
  const document = miss === undefined ? undefined : policiesOf(policies, miss.layer)[miss.policy]?.document;
  const pin = conditionFor(request);
  if (miss === undefined || document === undefined || pin === undefined) return undefined;
  const [top = '', index = ''] = readPointer(miss.path);
  const statement = `${pointerStep(top)}${/^\d+$/.test(index) ? pointerStep(index) : ''}`;
  const block = `${statement}/Condition`;
  const { operator, key, value } = pin;
  if (valueAt(document, block) === undefined)
    return [{ op: 'add', path: block, value: { [operator]: { [key]: value } } }];
  const target = block + pointerStep(operator);
  if (valueAt(document, target) === undefined) return [{ op: 'add', path: target, value: { [key]: value } }];
  const written = valueAt(document, target + pointerStep(key));
  return written === undefined ? [{ op: 'add', path: target + pointerStep(key), value }] : undefined;
}

function conditionFor(request: Question['request']): { operator: string; key: string; value: string } | undefined {
  const caller = tokenCaller(request);
  if (caller !== undefined) {
    const { issuer, subject, subjects } = caller;
    const value = subjects === undefined ? subject : withoutRun(subject, subjects);
    return { operator: value === subject ? 'StringEquals' : 'StringLike', key: `${issuer}:sub`, value };
  }
  const { principal } = request;
  const arn = principal.type === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : undefined;
  return arn === undefined ? undefined : { operator: 'ArnEquals', key: 'aws:PrincipalArn', value: arn };
}

/** A new statement of the trust policy for this caller alone, as a near miss of no statement; undefined when it cannot be named. */
export function newStatement(
  { layers }: Evaluation,
  { request, policies, actions }: Pick<Question, 'request' | 'policies'> & { readonly actions: readonly string[] },
): NearMiss | undefined {
  const document = policies.resource?.document;
  const { principal, context } = request;
  if (document === undefined || !layers.some(one => one.layer === 'trust' && one.outcome === 'implicit-deny'))
    return undefined;
  const pin = conditionFor(request);
  if (pin === undefined) return undefined;
  const base = { Effect: 'Allow', Action: actions.length === 1 ? (actions[0] ?? '') : [...actions] };
  let statement: Json = { ...base, Principal: { AWS: pin.value } };
  if (principal.type === 'federated') {
    const key = pin.key.replace(/:sub$/, ':aud');
    const audience = context.get(key.toLowerCase());
    const wanted = typeof audience === 'string' ? { [key]: audience } : {};
    const subject = { [pin.key]: pin.value };
    const condition =
      pin.operator === 'StringEquals'
        ? { StringEquals: { ...wanted, ...subject } }
        : { StringEquals: wanted, StringLike: subject };
    statement = { ...base, Principal: { Federated: principal.provider }, Condition: condition };
  }
  const old = document['Statement'] ?? [];
  const patch: readonly PatchOperation[] = Array.isArray(old)
    ? [{ op: 'add', path: '/Statement/-', value: statement }]
    : [{ op: 'replace', path: '/Statement', value: [old, statement] }];
  const why = { code: 'no-statement', statement: JSON.stringify(statement) };
  const place = { layer: 'trust', policy: 0, statement: -1, effect: 'Allow', mismatchCount: 0 } as const;
  return { ...place, path: '/Statement', why, edits: [{ patch, widens: true }] };
}
