/** Constraints of values and AWS's messages for broken ones; pure, so that a page can check parameters too. */
import { type AwsError, validationError } from './error.ts';

/** A constraint of a single value: its text and its test. */
export interface Rule {
  readonly message: string;
  holds(value: unknown): boolean;
}

/** The constraints of a text, as in the API model. */
export interface TextConstraints {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

/** The rules of a text in the order in which AWS reports them. */
export const textRules = ({ min, max, pattern }: TextConstraints): readonly Rule[] => [
  ...patternRules(pattern),
  ...lengthRules(min, max, countCodePoints),
];

export type Count = (value: unknown, bound: number) => number;

export function lengthRules(min: number | undefined, max: number | undefined, count: Count): Rule[] {
  const rules: Rule[] = [];
  if (min !== undefined) {
    const message = `Member must have length greater than or equal to ${min}`;
    rules.push({ message, holds: value => count(value, min) >= min });
  }
  if (max !== undefined) {
    const message = `Member must have length less than or equal to ${max}`;
    rules.push({ message, holds: value => count(value, max) <= max });
  }
  return rules;
}

/** Counts Unicode code points; skips the exact count if the number of code units already decides the comparison. */
export const countCodePoints: Count = (value, bound) => {
  const text = String(value);
  if (text.length < bound || text.length > bound * 2) return text.length;
  let points = 0;
  for (const _ of text) points++;
  return points;
};

export function patternRules(pattern: string | undefined): Rule[] {
  if (pattern === undefined) return [];
  // As in Java: without \p{…}, \u10000 is the letter U+1000 followed by a zero, so that the pattern of roleArn
  // excludes all astral characters in spite of its last range (recorded). The flag u would allow them.
  const regex = new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '');
  return [
    {
      message: `Member must satisfy regular expression pattern: ${pattern}`,
      holds: value => regex.test(String(value)),
    },
  ];
}

export function rangeRules(min: number | undefined, max: number | undefined): Rule[] {
  const rules: Rule[] = [];
  if (min !== undefined) {
    const message = `Member must have value greater than or equal to ${min}`;
    rules.push({ message, holds: value => Number(value) >= min });
  }
  if (max !== undefined) {
    const message = `Member must have value less than or equal to ${max}`;
    rules.push({ message, holds: value => Number(value) <= max });
  }
  return rules;
}

/** One broken constraint. `printed` is undefined when the value must not be shown. */
export const brokenConstraint = (path: string, printed: string | undefined, constraint: string): string =>
  `Value${printed === undefined ? '' : ` ${printed}`} at '${path}' failed to satisfy constraint: ${constraint}`;

/** The ValidationError for the broken constraints of one request. */
export function constraintError(broken: readonly string[]): AwsError {
  const count = broken.length === 1 ? '1 validation error' : `${broken.length} validation errors`;
  return validationError(`${count} detected: ${broken.join('; ')}`, { reason: 'constraint' });
}
