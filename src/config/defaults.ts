/** Defaults of settings: they stand in the schema; this file adds them to a value and to its type. */
import { type Static, type TObject, type TOptional, type TProperties, type TSchema, Type } from 'typebox';
import { isObject } from '../kernel/json.ts';
import type { ReadonlyDeep } from './read-only.ts';

/** An optional setting with a default. */
export const withDefault = <S extends TSchema>(schema: S, fallback: Static<S>) =>
  Object.assign(Type.Optional(schema), { default: fallback }) as TOptional<S> & { readonly default: Static<S> };

/** A group of optional settings: the default of the group consists of the defaults of its members. */
export const section = <P extends TProperties>(properties: P) =>
  Type.Optional(Type.Object(properties, { additionalProperties: false, default: {} })) as TOptional<TObject<P>> & {
    readonly default: object;
  };

/** The values of settings after `fillDefaults`: a setting without a default may be undefined. */
export type Filled<P extends TProperties> = {
  readonly [Name in keyof P]: P[Name] extends { readonly default: unknown }
    ? P[Name] extends TObject<infer Members>
      ? Filled<Members>
      : ReadonlyDeep<Static<P[Name]>>
    : ReadonlyDeep<Static<P[Name]>> | undefined;
};

/** Adds the defaults to valid settings. Every setting is a member of the result. */
export function fillDefaults<P extends TProperties>(properties: P, given: object): Filled<P> {
  const filled = Object.entries(properties).map(([name, schema]) => [name, fill(schema, Reflect.get(given, name))]);
  return Object.fromEntries(filled) as Filled<P>;
}

function fill(schema: TSchema & { default?: unknown; properties?: TProperties }, given: unknown): unknown {
  if (schema.default === undefined) return given;
  const value = given ?? structuredClone(schema.default);
  return schema.properties !== undefined && isObject(value) ? fillDefaults(schema.properties, value) : value;
}
