/** Validates an input against its schema, with AWS's messages (recorded: github.com/justincormack/argmin, test/parity/recorded). */
import type { TObject, TSchema } from 'typebox';
import {
  brokenConstraint,
  type Count,
  constraintError,
  countCodePoints,
  lengthRules,
  patternRules,
  type Rule,
  rangeRules,
} from './constraint-rules.ts';
import {
  type Kind,
  kindOf,
  listItemsOf,
  mapValuesOf,
  membersOf,
  numberKeyword,
  own,
  requiredOf,
  textKeyword,
} from './kinds.ts';

/** Reports one broken constraint: path, printed value, constraint. */
type Report = (path: string, printed: string | undefined, constraint: string) => void;

type Check = (value: unknown, path: string, report: Report) => void;

/**
 * Compiles an operation's input schema to a check that throws ValidationError with every broken constraint.
 * `printsValues`: STS prints the invalid value and the values of an enum, IAM has not printed them since 2025.
 */
export function compileCheck(schema: TObject, printsValues: boolean): (input: unknown) => void {
  const check = structCheck(schema, printsValues);
  return input => {
    const broken: string[] = [];
    check(input, '', (path, printed, constraint) => {
      broken.push(brokenConstraint(path, printsValues ? printed : undefined, constraint));
    });
    if (broken.length > 0) throw constraintError(broken);
  };
}

function checkOf(schema: TSchema, prints: boolean): Check {
  return (COMPOSITE[kindOf(schema)] ?? valueCheck)(schema, prints);
}

const COMPOSITE: Partial<Readonly<Record<Kind, (schema: TSchema, prints: boolean) => Check>>> = {
  struct: structCheck,
  list: listCheck,
  map: mapCheck,
};

function valueCheck(schema: TSchema, prints: boolean): Check {
  const rules = rulesOf(schema, prints);
  const hidden = own(schema, 'sensitive') === true;
  return (value, path, report) => {
    for (const rule of rules) {
      if (!rule.holds(value)) report(path, hidden ? undefined : `'${print(value, schema)}'`, rule.message);
    }
  };
}

function structCheck(schema: TSchema, prints: boolean): Check {
  const required = requiredOf(schema);
  const members = membersOf(schema).map(([name, member]) => ({
    name,
    step: lowerCamel(name),
    check: checkOf(member, prints),
    required: required.has(name),
  }));
  return (value, path, report) => {
    for (const member of members) {
      const at = path === '' ? member.step : `${path}.${member.step}`;
      const inner = memberOf(value, member.name);
      if (inner !== undefined) member.check(inner, at, report);
      else if (member.required) report(at, 'null', 'Member must not be null');
    }
  };
}

function listCheck(schema: TSchema, prints: boolean): Check {
  const items = listItemsOf(schema);
  const lengths = lengthRules(numberKeyword(schema, 'minItems'), numberKeyword(schema, 'maxItems'), countMembers);
  const scalar = COMPOSITE[kindOf(items)] === undefined;
  const rules = scalar ? rulesOf(items, prints, 'list') : [];
  const each = scalar ? undefined : checkOf(items, prints);
  const message = `Member must satisfy constraint: [${rules.map(rule => rule.message).join(', ')}]`;
  return (value, path, report) => {
    const members: readonly unknown[] = Array.isArray(value) ? value : [];
    for (const rule of lengths) if (!rule.holds(members)) report(path, `'${print(members, schema)}'`, rule.message);
    if (!members.every(member => rules.every(rule => rule.holds(member)))) {
      report(path, `'${print(members, schema)}'`, message);
    }
    if (each === undefined) return;
    for (const [at, member] of members.entries()) each(member, `${path}.${at + 1}.member`, report);
  };
}

function mapCheck(schema: TSchema, prints: boolean): Check {
  const check = checkOf(mapValuesOf(schema), prints);
  return (value, path, report) => {
    for (const [key, member] of Object.entries(value ?? {})) check(member, `${path}.${key}.member`, report);
  };
}

/** The rules of a single value in the order in which AWS reports them; inside a list, the maximum length is first. */
function rulesOf(schema: TSchema, prints: boolean, within?: 'list'): readonly Rule[] {
  const lengths = lengthRules(numberKeyword(schema, 'minLength'), numberKeyword(schema, 'maxLength'), countCodePoints);
  const patterns = patternRules(textKeyword(schema, 'awsPattern'));
  const values = own(schema, 'values');
  const range = rangeRules(numberKeyword(schema, 'minimum'), numberKeyword(schema, 'maximum'));
  const rest = [...range, ...(Array.isArray(values) ? [choiceRule(values, prints)] : [])];
  if (within === 'list') return [...lengths.toReversed(), ...patterns, ...rest];
  return textKeyword(schema, 'first') === 'length'
    ? [...lengths, ...patterns, ...rest]
    : [...patterns, ...lengths, ...rest];
}

const countMembers: Count = value => (Array.isArray(value) ? value.length : 0);

function choiceRule(values: readonly unknown[], prints: boolean): Rule {
  const allowed = new Set(values);
  const named = prints ? `: [${values.join(', ')}]` : '';
  return { message: `Member must satisfy enum value set${named}`, holds: value => allowed.has(value) };
}

/** Prints a value like AWS: `[a, b]`, `Tag(key=0, value=test)`, `{k=v}`, any other value unchanged. */
function print(value: unknown, schema: TSchema): string {
  if (value === undefined || value === null) return 'null';
  const kind = kindOf(schema);
  if (kind === 'list' && Array.isArray(value)) {
    const items = listItemsOf(schema);
    return `[${value.map(member => print(member, items)).join(', ')}]`;
  }
  if (kind === 'map') {
    const values = mapValuesOf(schema);
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}=${print(member, values)}`)
      .join(', ')}}`;
  }
  if (kind !== 'struct') return String(value);
  const members = membersOf(schema).map(
    ([name, member]) => `${lowerCamel(name)}=${print(memberOf(value, name), member)}`,
  );
  return `${textKeyword(schema, 'shape') ?? ''}(${members.join(', ')})`;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const lowerCamel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
