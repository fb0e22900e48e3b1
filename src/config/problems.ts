/** What is wrong with a JSON value, in sentences: the same for the configuration file and the control API. */
import type { TSchema } from 'typebox';
import { Pointer } from 'typebox/value';
import { boundValue, JsonError } from '../kernel/json.ts';
import { nearest } from '../kernel/text.ts';
import { type SchemaError, schemaErrors } from './schema-errors.ts';

/** One fault of a value. `path` is a JSON Pointer (RFC 6901). */
export interface Problem {
  readonly path: string;
  readonly message: string;
  /** The known name or value that was probably meant. */
  readonly suggestion?: string;
  /** The last step of the path may hold a secret: it finds the place, and must not be shown. */
  readonly mayBeSecret?: true;
}

/** The problem as it may be shown. */
export function shownProblem<P extends Problem>({ mayBeSecret, ...problem }: P): Omit<P, 'mayBeSecret'> {
  return mayBeSecret ? { ...problem, path: problem.path.slice(0, problem.path.lastIndexOf('/')) } : problem;
}

/** As many faults of one value are told at once. */
const MOST = 100;

/** What a value may be at most before it is looked at: values given as objects have no text that was bounded. */
const LIMITS = { depth: 128, values: 4_000_000 };

function excessOf(value: unknown): Problem | undefined {
  try {
    boundValue(value, LIMITS);
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return { path: '', message: error.message };
    throw error;
  }
}

/** The faults of a value against a schema, a hundred at most; empty when it fits. */
export function problemsOf(schema: TSchema, value: unknown): Problem[] {
  const excess = excessOf(value);
  if (excess !== undefined) return [excess];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const error of schemaErrors(schema, value, MOST)) {
    for (const problem of sentences(error, schema, value)) {
      if (seen.has(problem.path)) continue;
      seen.add(problem.path);
      problems.push(problem);
    }
  }
  return problems.slice(0, MOST);
}

function sentences(error: SchemaError, schema: TSchema, value: unknown): Problem[] {
  const path = error.instancePath;
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map(key => ({
        path: `${path}/${escapePointer(key)}`,
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
      const key = path
        .slice(path.lastIndexOf('/') + 1)
        .replaceAll('~1', '/')
        .replaceAll('~0', '~');
      // A blank that is missing, or a comma too many, makes a secret a name: {secretAccessKey:abc} has no value.
      const isName = /^\w+$/.test(key) && Pointer.Get(value, path) !== null;
      return [unknownKey({ path, key, isName }, schema, error.schemaPath)];
    }
    case 'additionalProperties':
      // Each of them has an error of its own.
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
  const names = known.length === 0 ? 'none is taken' : `known keys: ${known.join(', ')}`;
  const otherwise = pattern === undefined ? names : `keys fit ${pattern}`;
  const suggestion = nearest(key, known);
  const hint = suggestion === undefined ? `; ${otherwise}` : `; did you mean "${suggestion}"?`;
  if (hasSecrets && !isName)
    return withSuggestion({ path, message: `unknown key${hint}`, mayBeSecret: true }, suggestion);
  return withSuggestion({ path, message: `unknown key "${key}"${hint}` }, suggestion);
}

const withSuggestion = (problem: Problem, suggestion: string | undefined): Problem =>
  suggestion === undefined ? problem : { ...problem, suggestion };

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** An own member: the place an error points to holds names from outside. */
const ownMember = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

/** The names, or the pattern of names, that a schema knows at the place an error points to (`#/properties/iam`). */
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
  return { known, hasSecrets, ...(pattern === undefined ? {} : { pattern }) };
}
