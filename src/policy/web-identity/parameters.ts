/** The constraints of the request parameters that a page can send; the wire checks them with all others of the request. */
import {
  brokenConstraint,
  constraintError,
  type Rule,
  rangeRules,
  type TextConstraints,
  textRules,
} from '../../aws/constraint-rules.ts';

/** Copied from the model. The last range does not match characters above U+FFFF, although it looks as if it did. */
const ARN_CHARACTERS = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+';

/** An ARN-like parameter; the ARN form itself is checked later. */
export const ARN = { min: 20, max: 2048, pattern: ARN_CHARACTERS } as const satisfies TextConstraints;
/** RoleSessionName, and source identities. */
export const SESSION_NAME = { min: 2, max: 64, pattern: '[\\w+=,.@-]*' } as const satisfies TextConstraints;
export const WEB_IDENTITY_TOKEN = { min: 4, max: 20_000 } as const satisfies TextConstraints;
/** Duration of a role session in seconds. */
export const ROLE_DURATION = { min: 900, max: 43_200 } as const;

/** The parameters of a request; an absent one is not checked. */
interface Parameters {
  readonly roleArn?: string | undefined;
  readonly roleSessionName?: string | undefined;
  readonly webIdentityToken?: string | undefined;
  readonly durationSeconds?: number | undefined;
}

interface ParameterRow {
  readonly name: keyof Parameters;
  readonly rules: readonly Rule[];
  /** AWS does not print secrets. */
  readonly isSecret?: boolean;
}

/** In the order in which AWS reports them. */
const rows: readonly ParameterRow[] = [
  { name: 'roleArn', rules: textRules(ARN) },
  { name: 'roleSessionName', rules: textRules(SESSION_NAME) },
  { name: 'webIdentityToken', rules: textRules(WEB_IDENTITY_TOKEN), isSecret: true },
  { name: 'durationSeconds', rules: rangeRules(ROLE_DURATION.min, ROLE_DURATION.max) },
];

/** Throws ValidationError with every broken constraint. */
export function checkParameters(parameters: Parameters): void {
  const broken: string[] = [];
  for (const { name, rules, isSecret = false } of rows) {
    const value = parameters[name];
    if (value === undefined) continue;
    for (const rule of rules) {
      if (!rule.holds(value)) broken.push(brokenConstraint(name, isSecret ? undefined : `'${value}'`, rule.message));
    }
  }
  if (broken.length > 0) throw constraintError(broken);
}
