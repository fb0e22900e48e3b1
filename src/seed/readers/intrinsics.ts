/** CloudFormation intrinsic functions, resolved as far as the template alone allows. */
import { recordOf, toNumber, toText } from '../../kernel/table.ts';
import { asObject, asText, type Members, member } from './values.ts';

/** The names that a template can refer to. */
export interface Scope {
  /** Value of a parameter, pseudo parameter or resource; undefined if the template does not determine it. */
  ref(name: string): unknown;
  attribute(resource: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, key: string, name: string): unknown;
  /** Called with the reason for each value that cannot be resolved. */
  unresolved(why: string): void;
}

/** Marks a member that `AWS::NoValue` removes. */
const NO_VALUE = Symbol('AWS::NoValue');

const MAX_DEPTH = 64;
/** Maximum length of a composed text: twice the policy size that IAM accepts. */
const MAX_TEXT = 262_144;

/** Replaces every intrinsic function in a value; one that cannot be resolved becomes undefined and is reported to the scope. */
export function resolve(value: unknown, scope: Scope, depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    scope.unresolved(`it nests deeper than ${MAX_DEPTH} levels`);
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map(item => resolve(item, scope, depth + 1)).filter(item => item !== NO_VALUE);
  }
  const object = asObject(value);
  if (object === undefined) return value;
  const [only, ...others] = Object.keys(object);
  const intrinsic = others.length === 0 && only !== undefined ? INTRINSICS.get(only) : undefined;
  if (intrinsic !== undefined && only !== undefined) {
    return intrinsic(object[only], scope, inner => resolve(inner, scope, depth + 1));
  }
  const entries = Object.entries(object).map(([name, inner]) => [name, resolve(inner, scope, depth + 1)] as const);
  return recordOf(entries.filter(([, inner]) => inner !== NO_VALUE));
}

type Intrinsic = (argument: unknown, scope: Scope, inner: (value: unknown) => unknown) => unknown;

const listed = (argument: unknown, inner: (value: unknown) => unknown): readonly unknown[] => {
  const found = inner(argument);
  return Array.isArray(found) ? found : [];
};

const refTo: Intrinsic = (argument, scope) => {
  const name = toText(argument);
  const value = name === 'AWS::NoValue' ? NO_VALUE : scope.ref(name);
  if (value === undefined) scope.unresolved(`the template does not determine ${name}`);
  return value;
};

function attributeOf(path: string, scope: Scope): unknown {
  const dot = path.indexOf('.');
  const value = dot === -1 ? undefined : scope.attribute(path.slice(0, dot), path.slice(dot + 1));
  if (value === undefined) scope.unresolved(`the template does not determine ${path}`);
  return value;
}

const INTRINSICS = new Map<string, Intrinsic>([
  ['Ref', refTo],
  [
    'Fn::GetAtt',
    (argument, scope) =>
      attributeOf(Array.isArray(argument) ? argument.map(toText).join('.') : toText(argument), scope),
  ],
  [
    'Fn::Sub',
    (argument, scope, inner) => {
      const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
      return substitute(toText(text), asObject(inner(variables)) ?? {}, scope);
    },
  ],
  [
    'Fn::Join',
    (argument, scope, inner) => {
      const [separator, parts] = listed(argument, inner);
      return Array.isArray(parts)
        ? joined(
            parts.map(part => toText(part ?? '')),
            toText(separator),
            scope,
          )
        : undefined;
    },
  ],
  [
    'Fn::Select',
    (argument, _scope, inner) => {
      const [index, list] = listed(argument, inner);
      return Array.isArray(list) ? list[toNumber(index)] : undefined;
    },
  ],
  [
    'Fn::Split',
    (argument, _scope, inner) => {
      const [separator, text] = listed(argument, inner);
      return toText(text).split(toText(separator));
    },
  ],
  [
    'Fn::If',
    (argument, scope, inner) => {
      const [name, yes, no] = Array.isArray(argument) ? argument : [];
      return inner(scope.condition(toText(name)) ? yes : no);
    },
  ],
  [
    'Fn::FindInMap',
    (argument, scope, inner) => {
      const [map, key, name] = listed(argument, inner).map(toText);
      const value = scope.mapping(map ?? '', key ?? '', name ?? '');
      if (value === undefined) scope.unresolved(`the mapping ${map} has no ${key}.${name}`);
      return value;
    },
  ],
  [
    'Fn::ImportValue',
    (argument, scope, inner) => {
      const name = toText(inner(argument));
      // Most exports in policies are ARNs; with a placeholder ARN the rest of the policy can be read.
      const placeholder = `arn:aws:exports:::${name}`;
      scope.unresolved(`${name} is exported by another stack: "${placeholder}" is used instead`);
      return placeholder;
    },
  ],
]);

/** `${Name}`, `${Resource.Attribute}` and `${!Literal}`. */
function substitute(text: string, variables: Members, scope: Scope): string | undefined {
  let length = text.length;
  const replaced = text.replace(/\$\{([^{}]*)\}/g, (whole, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const trimmed = name.trim();
    const value = Object.hasOwn(variables, trimmed)
      ? variables[trimmed]
      : trimmed.includes('.')
        ? attributeOf(trimmed, scope)
        : refTo(trimmed, scope, inner => inner);
    const put = value === undefined ? whole : toText(value);
    length += put.length;
    return length > MAX_TEXT ? '' : put;
  });
  return within(length, replaced, scope);
}

function joined(parts: readonly string[], separator: string, scope: Scope): string | undefined {
  const length = parts.reduce((sum, part) => sum + part.length + separator.length, 0);
  return within(length, length > MAX_TEXT ? '' : parts.join(separator), scope);
}

/** The text; undefined if it is too long. */
function within(length: number, text: string, scope: Scope): string | undefined {
  if (length <= MAX_TEXT) return text;
  scope.unresolved(`a text is longer than ${MAX_TEXT} characters`);
  return undefined;
}

/** Conditions over parameters: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, `Condition`. */
export function evaluateCondition(condition: unknown, scope: Scope, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  const each = (name: string): readonly unknown[] => {
    const found = member(condition, name);
    return Array.isArray(found) ? found : [];
  };
  const named = asText(member(condition, 'Condition'));
  if (named !== undefined) return scope.condition(named);
  const equals = each('Fn::Equals');
  if (equals.length === 2) return toText(resolve(equals[0], scope)) === toText(resolve(equals[1], scope));
  if (each('Fn::And').length > 0) return each('Fn::And').every(one => evaluateCondition(one, scope, depth + 1));
  if (each('Fn::Or').length > 0) return each('Fn::Or').some(one => evaluateCondition(one, scope, depth + 1));
  if (each('Fn::Not').length > 0) return !evaluateCondition(each('Fn::Not')[0], scope, depth + 1);
  return false;
}
