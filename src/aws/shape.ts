/** Functions that create the TypeBox schemas from which readers, checks and serializers are compiled. */
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { defined } from '../kernel/defined.ts';

/** Constraints of a string; lengths count Unicode code points, `pattern` is AWS's own text. */
interface TextRules {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** The violation that AWS reports first if both are broken; by default the pattern. */
  readonly first?: 'pattern' | 'length';
  /** A secret or token, which constraint messages never print (`Value at 'password' failed …`, as in Cognito). */
  readonly sensitive?: boolean;
}

const lengths = (rules: { min?: number; max?: number }): { minLength?: number; maxLength?: number } => ({
  ...defined({ minLength: rules.min, maxLength: rules.max }),
});

/** A string member. Readers and serializers use the keyword `kind`. */
export const text = (rules: TextRules = {}) =>
  Type.String({
    kind: 'text',
    ...lengths(rules),
    ...defined({ awsPattern: rules.pattern }),
    first: rules.first ?? 'pattern',
    ...(rules.sensitive === true ? { sensitive: true } : {}),
  });

/** An enum: one of a fixed set of strings. */
export const choice = <const V extends string[]>(values: V) =>
  Type.Unsafe<V[number]>(Type.String({ kind: 'choice', values }));

/** A 32-bit integer. */
export const integer = (rules: { min?: number; max?: number } = {}) =>
  Type.Integer({
    kind: 'integer',
    ...defined({ minimum: rules.min, maximum: rules.max }),
  });

export const boolean = () => Type.Boolean({ kind: 'boolean' });

/** A time in epoch milliseconds; serialized as ISO 8601 with whole seconds, or as epoch seconds in JSON. */
export const timestamp = () => Type.Number({ kind: 'timestamp' });

/** A time in epoch milliseconds; serialized with milliseconds. */
export const timestampMs = () => Type.Number({ kind: 'timestampMs' });

/** Bytes as base64 text (virtual MFA seeds). */
export const blob = () => Type.String({ kind: 'blob' });

/** A list (`X.member.N`); `min` and `max` count members. */
export const list = <M extends TSchema>(member: M, rules: { min?: number; max?: number } = {}) =>
  Type.Array(member, {
    kind: 'list',
    ...defined({ minItems: rules.min, maxItems: rules.max }),
  });

/** A map with string keys (`X.entry.N.key` / `.value`). */
export const map = <V extends TSchema>(value: V) => Type.Record(Type.String(), value, { kind: 'map', value });

/** A structure; `name` is the shape name that AWS prints in constraint messages (`Tag(key=0, value=test)`). */
export const struct = <P extends TProperties>(name: string, members: P) =>
  Type.Object(members, { kind: 'struct', shape: name });

/** An optional member. */
export const optional = <S extends TSchema>(schema: S) => Type.Optional(schema);

export type { Static };
