/** The log line of a decision: outcome, operation, target and, for a denial, the reason and the first fix. */

import { printable } from '../kernel/text.ts';
import type { ConditionVerdict, Decision, LayerVerdict, StatementVerdict } from '../policy/decision.ts';
import { fixSummary } from '../policy/fix-text.ts';
import type { DecisionEntry } from './decision-log.ts';

type LoggedDecision = Pick<DecisionEntry, 'action' | 'resource' | 'allowed' | 'reason' | 'steps' | 'layers' | 'error'> &
  Partial<Pick<Decision, 'fixes'>>;

/** Maximum characters of a value, of a sentence and of the fix in the line. */
const MAX_VALUE_LENGTH = 200;
const MAX_SENTENCE_LENGTH = 1000;
const MAX_FIX_LENGTH = 300;

/**
 * `denied AssumeRoleWithWebIdentity role/deploy: sub is "repo:o/r:pull_request", policy requires StringLike "repo:o/r:*"`.
 * An explained denial ends with its first fix: ` | fix: Change the call: Pass ExternalId "x1".` Values are JSON strings, so that control
 * characters in a token do not reach the terminal.
 */
export function decisionLine(decision: LoggedDecision): string {
  const operation = decision.action.slice(decision.action.indexOf(':') + 1);
  const target = decision.resource.split(':').slice(5).join(':') || decision.resource;
  const head = `${decision.allowed ? 'allowed' : 'denied'} ${operation} ${target === '*' ? target : shown(target)}`;
  const why = decision.allowed ? undefined : denialReason(decision);
  return why === undefined ? head : `${head}: ${why}${firstFix(decision)}`;
}

function firstFix({ fixes: [first] = [] }: LoggedDecision): string {
  if (first === undefined) return '';
  return ` | fix: ${cutTo(MAX_FIX_LENGTH, fixSummary(first))}`;
}

function denialReason({ layers, steps, reason, error }: LoggedDecision): string {
  // After a refusal for another reason, conditions that do not hold in one layer are not the reason.
  const condition = reason === 'implicit-deny' ? nearestFailedCondition(layers) : undefined;
  if (condition !== undefined) return conditionText(condition);
  const failed = steps.findLast(step => !step.ok);
  const sentence =
    typeof failed?.detail === 'object' && failed.detail !== null && 'sentence' in failed.detail
      ? failed.detail.sentence
      : undefined;
  // Without a reason of its own, a refusal is named by AWS's code.
  if (typeof sentence === 'string') return reason === error?.code ? `${reason}: ${cut(sentence)}` : cut(sentence);
  return error === undefined || error.message === '' ? reason : `${reason} (${cut(error.message)})`;
}

/** The first failed condition of the Allow statement with the fewest failed conditions. */
function nearestFailedCondition(layers: readonly LayerVerdict[]): ConditionVerdict | undefined {
  const refusing = layers.filter(layer => layer.outcome === 'implicit-deny');
  const near = refusing
    .flatMap(layer => layer.statements)
    .filter(statement => statement.effect === 'Allow' && elementsFit(statement))
    .map(statement => statement.conditions.filter(condition => !condition.ok))
    .filter(failed => failed.length > 0)
    .toSorted((one, other) => one.length - other.length);
  return near[0]?.[0];
}

const elementsFit = ({ principal, action, resource }: StatementVerdict): boolean =>
  principal.ok && action.ok && resource.ok;

function conditionText({ key, operator, qualifier, expected, actual }: ConditionVerdict): string {
  const name = key.slice(key.lastIndexOf(':') + 1);
  const is = actual === null ? `${name} is absent` : `${name} is ${actual.map(shown).join(', ')}`;
  const requirement = `${qualifier === null ? '' : `${qualifier}:`}${operator} ${expected.map(shown).join(' or ')}`;
  return `${is}, policy requires ${requirement}`;
}

function shown(text: string): string {
  const short = cutTo(MAX_VALUE_LENGTH, text);
  return /^[\w/.@+=-]+$/.test(short) ? short : printable(JSON.stringify(short));
}

const cut = (sentence: string): string => printable(cutTo(MAX_SENTENCE_LENGTH, sentence));

const cutTo = (length: number, text: string): string => (text.length > length ? `${text.slice(0, length)}…` : text);
