/** Reads members of values of unknown shape; a missing member, or one of another type, is undefined. */
import { isObject } from '../../kernel/json.ts';
import { recordOf, toText } from '../../kernel/table.ts';

export type Members = Readonly<Record<string, unknown>>;

export const asObject = (value: unknown): Members | undefined => (isObject(value) ? value : undefined);

/** Reads an own member only; names come from the input, so prototype members are ignored. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Members)[name] : undefined;

export const textOf = (value: unknown, name: string): string | undefined => asText(member(value, name));

export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export function listOf(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}

/** The texts of a list; other items are left out. */
export const textsOf = (value: unknown, name: string): string[] =>
  listOf(value, name).filter(item => typeof item === 'string');

/** `[{Key, Value}]` or `{key: value}` as tags by key; an empty object if there are none. */
export function tagsOf(value: unknown): { tags?: Readonly<Record<string, string>> } {
  const pairs = Array.isArray(value)
    ? value.map(tag => [textOf(tag, 'Key') ?? '', toText(member(tag, 'Value') ?? '')] as const)
    : Object.entries(asObject(value) ?? {}).map(([key, text]) => [key, toText(text)] as const);
  const named = pairs.filter(([key]) => key !== '');
  return named.length === 0 ? {} : { tags: recordOf(named) };
}

/** The path as a member; an empty object for the root path. */
export const pathOf = (path: string | undefined): { path?: string } =>
  path === undefined || path === '/' ? {} : { path };
