/** Validates a JSON value and describes its errors in sentences, for the configuration file and the control API. */
import type { TSchema } from 'typebox';
import { Pointer } from 'typebox/value';
import { defined } from '../kernel/defined.ts';
import { checkValueLimits, JsonError, pointerStep, readPointer } from '../kernel/json.ts';
import { nearest } from '../kernel/text.ts';
import { type SchemaError, schemaErrors } from './schema-errors.ts';

/** One error in a value. `path` is a JSON Pointer (RFC 6901). */
export interface Problem {
  readonly path: string;
  readonly message: string;
  /** The nearest known name or value. */
  readonly suggestion?: string;
  /** The last segment of the path may be a secret: it locates the error, but must not be printed. */
  readonly mayBeSecret?: true;
}

/** The problem without a path segment that may be a secret. */
export function redactProblem<P extends Problem>({ mayBeSecret, ...problem }: P): Omit<P, 'mayBeSecret'> {
  return mayBeSecret ? { ...problem, path: problem.path.slice(0, problem.path.lastIndexOf('/')) } : problem;
}

/** Maximum number of errors reported for one value. */
const MAX_PROBLEMS = 100;

/** Limits of a value, checked before validation: for a value passed as an object, no text was limited before. */
const LIMITS = { depth: 128, values: 4_000_000 };

function excessOf(value: unknown): Problem | undefined {
  try {
    checkValueLimits(value, LIMITS);
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return { path: '', message: error.message };
    throw error;
  }
}

/** Validates a value against a schema; returns at most 100 errors, none if the value is valid. */
export function validateValue(schema: TSchema, value: unknown): Problem[] {
  const excess = excessOf(value);
  if (excess !== undefined) return [excess];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const error of schemaErrors(schema, value, MAX_PROBLEMS)) {
    for (const problem of sentences(error, schema, value)) {
      if (seen.has(problem.path)) continue;
      seen.add(problem.path);
      problems.push(problem);
    }
  }
  return problems.slice(0, MAX_PROBLEMS);
}

function sentences(error: SchemaError, schema: TSchema, value: unknown): Problem[] {
  const path = error.instancePath;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map(key => ({
        path: path + pointerStep(key),
        message: `"${key}" is required`,
      }));
    case 'enum': {
      const allowed = error.params.allowedValues.map(String);
      const given = Pointer.Get(value, path);
      const suggestion = typeof given === 'string' ? nearest(given, allowed) : undefined;
      const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
      return [withSuggestion({ path, message: `must be one of ${allowed.join(', ')}${hint}` }, suggestion)];
    }
    case 'boolean': {
      const key = readPointer(path).at(-1) ?? '';
      // With a space missing or an extra comma, YAML reads a secret as a key: {secretAccessKey:abc} has no value.
      const isName = /^\w+$/.test(key) && Pointer.Get(value, path) !== null;
      return [unknownKey({ path, key, isName }, schema, error.schemaPath)];
    }
    case 'additionalProperties':
      // Each unknown key has its own error.
      return [];
    default:
      return [{ path, message: error.message }];
  }
}

function unknownKey(
  { path, key, isName }: { path: string; key: string; isName: boolean },
  schema: TSchema,
  schemaPath: string,
): Problem {
  const { known, pattern, hasSecrets } = keysAt(schema, schemaPath);
  const names = known.length === 0 ? 'no keys are allowed here' : `known keys: ${known.join(', ')}`;
  const allowed = pattern === undefined ? names : `keys must match ${pattern}`;
  const suggestion = nearest(key, known);
  const hint = suggestion === undefined ? `; ${allowed}` : `; did you mean "${suggestion}"?`;
  if (hasSecrets && !isName)
    return withSuggestion({ path, message: `unknown key${hint}`, mayBeSecret: true }, suggestion);
  return withSuggestion({ path, message: `unknown key "${key}"${hint}` }, suggestion);
}

const withSuggestion = (problem: Problem, suggestion: string | undefined): Problem =>
  suggestion === undefined ? problem : { ...problem, suggestion };

/** Reads an own member only: the names in a path come from the input. */
const ownMember = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

/** The known names, or the pattern of names, of the schema at the path of an error (`#/properties/iam`). */
function keysAt(schema: TSchema, schemaPath: string): { known: string[]; pattern?: string; hasSecrets: boolean } {
  let at: unknown = schema;
  for (const part of schemaPath.split('/').slice(1)) {
    if (part === 'additionalProperties' || typeof at !== 'object' || at === null) break;
    at = ownMember(at, part);
  }
  const namesOf = (keyword: string): string[] => {
    const found = ownMember(at, keyword);
    return typeof found === 'object' && found !== null ? Object.keys(found) : [];
  };
  const [pattern] = namesOf('patternProperties');
  const known = namesOf('properties');
  const hasSecrets = known.some(name => ownMember(ownMember(ownMember(at, 'properties'), name), 'writeOnly') === true);
  return { known, hasSecrets, ...defined({ pattern }) };
}
