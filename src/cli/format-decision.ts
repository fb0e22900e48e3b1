/** A decision as lines for a terminal: the outcome, the reasons, the failed conditions, the fixes. */
import { printable } from '../kernel/text.ts';
import type { Decision } from '../policy/decision.ts';
import { fixText } from '../policy/fix-text.ts';
import { colorize } from './output.ts';

/** The lines, the outcome first. */
export function formatDecision(decision: Decision): string[] {
  const outcome = decision.allowed ? colorize('green', 'allowed') : colorize('red', 'denied');
  const lines = [`${outcome} ${decision.action} on ${printable(decision.resource)} (${decision.reason})`];
  if (decision.error !== undefined) {
    lines.push(`  AWS answers ${decision.error.status} ${decision.error.code}: ${printable(decision.error.message)}`);
  }
  for (const sentence of decision.explanation) lines.push(`  - ${printable(sentence)}`);
  for (const { layer, statements } of decision.layers) {
    for (const statement of statements) {
      for (const condition of statement.conditions.filter(candidate => !candidate.ok)) {
        const operator =
          condition.qualifier === null ? condition.operator : `${condition.qualifier}:${condition.operator}`;
        lines.push(
          colorize(
            'dim',
            `  ${layer} policy, statement ${statement.sid ?? statement.index + 1}: ${operator} ${printable(condition.key)}`,
          ),
          `      expected ${condition.expected.map(quoted).join(' or ')}`,
          `      actual   ${condition.actual === null ? '(absent)' : condition.actual.map(quoted).join(', ')}`,
        );
      }
    }
  }
  for (const line of fixText(decision)) lines.push(colorize('cyan', `  ${line}`));
  return lines;
}

const quoted = (value: string): string => printable(JSON.stringify(value));
