/** The constraints of the request parameters that a page can send; the wire checks them with all others of the request. */
import { brokenConstraint, constraintError, type TextConstraints, textRules } from '../../aws/text-constraints.ts';

/** Copied from the model. The last range does not match characters above U+FFFF, although it looks as if it did. */
const ARN_CHARACTERS = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+';

/** An ARN-like parameter; the ARN form itself is checked later. */
export const ARN = { min: 20, max: 2048, pattern: ARN_CHARACTERS } as const satisfies TextConstraints;
/** RoleSessionName, and source identities. */
export const SESSION_NAME = { min: 2, max: 64, pattern: '[\\w+=,.@-]*' } as const satisfies TextConstraints;
export const WEB_IDENTITY_TOKEN = { min: 4, max: 20_000 } as const satisfies TextConstraints;

const parameters = [
  { path: 'roleArn', rules: textRules(ARN), isShown: true },
  { path: 'roleSessionName', rules: textRules(SESSION_NAME), isShown: true },
  { path: 'webIdentityToken', rules: textRules(WEB_IDENTITY_TOKEN), isShown: false },
] as const;

/** The values of a request; undefined: not checked. */
type ParameterValues = Readonly<Record<(typeof parameters)[number]['path'], string | undefined>>;

/** Throws ValidationError with every broken constraint. */
export function checkParameters(values: ParameterValues): void {
  const broken: string[] = [];
  for (const { path, rules, isShown } of parameters) {
    const value = values[path];
    if (value === undefined) continue;
    for (const rule of rules) {
      if (!rule.holds(value)) broken.push(brokenConstraint(path, isShown ? `'${value}'` : undefined, rule.message));
    }
  }
  if (broken.length > 0) throw constraintError(broken);
}
