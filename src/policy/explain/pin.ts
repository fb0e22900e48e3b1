/** Limits a statement to the caller of a request: a condition on the subject of its token, or on its ARN. */
import { pointerStep, readPointer } from '../../kernel/json.ts';
import type { PatchOperation } from '../decision.ts';
import { subjectsOf, withoutRun } from '../issuer-subjects.ts';
import type { Question } from './explain.ts';
import { callerIssuer } from './key-roles.ts';
import type { NearMiss } from './near-miss.ts';
import { policiesOf } from './near-misses.ts';
import { valueAt } from './patch.ts';

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
  const issuer = callerIssuer(request);
  if (issuer !== undefined) {
    const subject = request.context.get(`${issuer.toLowerCase()}:sub`);
    if (typeof subject !== 'string') return undefined;
    const subjects = subjectsOf(issuer);
    const value = subjects === undefined ? subject : withoutRun(subject, subjects);
    return { operator: value === subject ? 'StringEquals' : 'StringLike', key: `${issuer}:sub`, value };
  }
  const { principal } = request;
  const arn = principal.type === 'role-session' ? principal.roleArn : 'arn' in principal ? principal.arn : undefined;
  return arn === undefined ? undefined : { operator: 'ArnEquals', key: 'aws:PrincipalArn', value: arn };
}
