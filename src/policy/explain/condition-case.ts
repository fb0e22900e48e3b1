/** A condition that decided against the caller: its places in the document, its edits and what to send instead. */
import { compileCondition, evaluateCondition, type OperatorSpelling, parseOperator } from '../conditions.ts';
import type { ConditionVerdict } from '../decision.ts';
import type { Operator } from '../operators.ts';
import type { IssuerFact } from './key-roles.ts';
import { moveCondition } from './near-edits.ts';
import type { Edit, Send, StatementCase } from './near-miss.ts';
import { sendFor } from './sends.ts';

/** A condition that decided against the caller, with its paths in the document. */
export interface ConditionCase extends StatementCase {
  readonly condition: ConditionVerdict;
  readonly spelling: string;
  readonly written: OperatorSpelling;
  readonly blockPath: string;
  readonly keyPath: string;
  /** What the key says about a token; undefined for keys of AWS. */
  readonly fact: IssuerFact | undefined;
}

/** An edit that moves the condition to another operator or key. */
export function move(one: ConditionCase, spelling: string, key: string, widens = false): readonly Edit[] {
  const from = { spelling: one.spelling, key: one.condition.key };
  const patch = moveCondition(one.policy.document, one.blockPath, from, { spelling, key });
  return patch === undefined ? [] : [{ patch, widens }];
}

/** What is true where the comparison of a Deny is not. */
const opposites: ReadonlyMap<string, string> = new Map(
  ['Numeric', 'Date'].flatMap(type => [
    [`${type}LessThan`, `${type}GreaterThanEquals`],
    [`${type}LessThanEquals`, `${type}GreaterThan`],
    [`${type}GreaterThan`, `${type}LessThanEquals`],
    [`${type}GreaterThanEquals`, `${type}LessThan`],
  ]),
);

/** Whether the condition of a Deny is fixed by one other value: its opposite. */
export const hasOpposite = ({ family, name }: Operator): boolean => family === 'bool' || opposites.has(name);

/** How to send the value that the condition expects; `as`: under another operator or key, to which the policy has to be corrected. */
export function sendAs(one: ConditionCase, expected: string, as: { spelling?: string; key?: string } = {}): Send {
  const { spelling = one.spelling, key = one.condition.key } = as;
  const { operator } = parseOperator(spelling) ?? one.written;
  const { family, name, negated } = operator;
  const caller = one.request.principal.type;
  let send: Send;
  if (one.verdict.effect === 'Allow' || negated) {
    send = sendFor({ key, expected, fact: one.fact, caller, operator: name });
  } else if (family === 'bool') {
    // A Deny applies because of the value: the other one is wanted.
    const wanted = expected.toLowerCase() === 'true' ? 'false' : 'true';
    send = sendFor({ key, expected: wanted, fact: one.fact, caller, operator: name });
  } else if (opposites.has(name)) {
    send = sendFor({ key, expected, fact: one.fact, caller, operator: opposites.get(name) });
  } else {
    send = { side: 'caller', how: `Make the call with ${key} other than ${JSON.stringify(expected)}` };
  }
  const [correction] = as.spelling === undefined && as.key === undefined ? [] : move(one, spelling, key);
  return correction === undefined ? send : { ...send, correction };
}

/** Whether the request would satisfy the condition under another operator or key. */
export function holdsAs(
  { condition, request, verdict }: ConditionCase,
  spelling: string,
  key = condition.key,
): boolean {
  const written = parseOperator(spelling);
  if (written === undefined) return false;
  const compiled = compileCondition(spelling, written, key, condition.expected, false);
  return evaluateCondition(compiled, request.context, verdict.effect === 'Deny').ok === (verdict.effect === 'Allow');
}
