/** The log line of a decision: outcome, operation, target and, for a denial, the reason. */

import type { ConditionVerdict, LayerVerdict, StatementVerdict } from '../policy/decision.ts';
import type { DecisionEntry } from './decision-log.ts';

type LoggedDecision = Pick<DecisionEntry, 'action' | 'resource' | 'allowed' | 'reason' | 'steps' | 'layers' | 'error'>;

/** Maximum characters of a value and of a sentence in the line. */
const MAX_VALUE_LENGTH = 200;
const MAX_SENTENCE_LENGTH = 1000;

/**
 * `denied AssumeRoleWithWebIdentity role/deploy: sub is "repo:o/r:pull_request", policy requires StringLike "repo:o/r:*"`.
 * Values are JSON strings, so that control characters in a token do not reach the terminal.
 */
export function decisionLine(decision: LoggedDecision): string {
  const operation = decision.action.slice(decision.action.indexOf(':') + 1);
  const target = decision.resource.split(':').slice(5).join(':') || decision.resource;
  const head = `${decision.allowed ? 'allowed' : 'denied'} ${operation} ${target === '*' ? target : shown(target)}`;
  const why = decision.allowed ? undefined : denialReason(decision);
  return why === undefined ? head : `${head}: ${why}`;
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

/** Text for a terminal: control and format characters are escaped. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, char => `\\u{${char.codePointAt(0)?.toString(16)}}`);
