/** Validation errors from TypeBox up to a maximum number; TypeBox itself validates the whole value before it returns any. */
import type { TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { Value } from 'typebox/value';
import { isObject, pointerStep } from '../kernel/json.ts';

export type SchemaError = ReturnType<typeof Value.Errors>[number];

/** The first `most` errors of a value; the errors of an object come before those of its members. */
export function schemaErrors(schema: TSchema, value: unknown, most: number): readonly SchemaError[] {
  const errors: SchemaError[] = [];
  // TypeBox stops at eight errors by default, and the limit can be set for the whole process only.
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: most });
  try {
    collect({ schema: { ...schema }, schemaPath: '#', value, path: '' }, errors, most);
  } finally {
    Settings.Set({ maxErrors });
  }
  return errors.slice(0, most);
}

interface Place {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly schemaPath: string;
  readonly value: unknown;
  /** JSON Pointer of the value. */
  readonly path: string;
}

const OBJECT_KEYWORDS = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'patternProperties',
  'description',
  'default',
  'title',
]);

type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function collect(place: Place, errors: SchemaError[], most: number): void {
  const { schema, value, path, schemaPath } = place;
  const { type, items } = schema;
  if (type === 'object' && isObject(value) && Object.keys(schema).every(keyword => OBJECT_KEYWORDS.has(keyword))) {
    collectOfObject(place, value, errors, most);
  } else if (type === 'array' && Array.isArray(value) && isObject(items)) {
    const { items: _, ...list } = schema;
    validate({ ...place, schema: list }, errors);
    for (let index = 0; index < value.length && errors.length < most; index++) {
      const item = { schema: items, schemaPath: `${schemaPath}/items`, value: value[index], path: `${path}/${index}` };
      collect(item, errors, most);
    }
  } else validate(place, errors);
}

function validate({ schema, schemaPath, value, path }: Place, errors: SchemaError[]): void {
  for (const error of Value.Errors(schema, value)) {
    const places = { instancePath: path + error.instancePath, schemaPath: schemaPath + error.schemaPath.slice(1) };
    errors.push({ ...error, ...places });
  }
}

function collectOfObject(
  { schema, schemaPath, path }: Place,
  value: Readonly<Record<string, unknown>>,
  errors: SchemaError[],
  most: number,
): void {
  const required = (schema['required'] ?? []) as readonly string[];
  const properties = (schema['properties'] ?? {}) as Schemas;
  const patterns = Object.entries((schema['patternProperties'] ?? {}) as Schemas);
  const missing = required.filter(name => !Object.hasOwn(value, name));
  if (missing.length > 0) {
    const params = { requiredProperties: missing };
    errors.push({
      keyword: 'required',
      schemaPath,
      instancePath: path,
      params,
      message: 'must have required properties',
    });
  }
  const patternRules = patterns.map(([pattern, below]) => ({
    step: `patternProperties/${pattern}`,
    below,
    regex: compilePattern(pattern),
  }));
  const others = schema['additionalProperties'];
  const below = (name: string): { readonly step: string; readonly below: unknown } | undefined =>
    Object.hasOwn(properties, name)
      ? { step: `properties/${name}`, below: properties[name] }
      : patternRules.find(({ regex }) => regex.test(name));
  const names = Object.keys(value);
  const pathOf = (name: string): string => path + pointerStep(name);
  for (const name of others === false ? names : []) {
    if (errors.length >= most) return;
    if (below(name) !== undefined) continue;
    const unknown = { schemaPath: `${schemaPath}/additionalProperties`, instancePath: pathOf(name), params: {} };
    errors.push({ ...unknown, keyword: 'boolean', message: 'schema is false' });
  }
  for (const name of names) {
    if (errors.length >= most) return;
    const found = below(name) ?? { step: 'additionalProperties', below: others };
    const isLeftOut = value[name] === undefined && Object.hasOwn(properties, name) && !required.includes(name);
    if (isLeftOut || !isObject(found.below)) continue;
    const at = { schemaPath: `${schemaPath}/${found.step}`, path: pathOf(name) };
    collect({ ...at, schema: found.below, value: value[name] }, errors, most);
  }
}

const compiledPatterns = new Map<string, RegExp>();

/** Compiles a name pattern once; schemas have few of them. */
function compilePattern(pattern: string): RegExp {
  const compiled = compiledPatterns.get(pattern) ?? new RegExp(pattern, 'u');
  compiledPatterns.set(pattern, compiled);
  return compiled;
}
