/** Serializes XML replies of the Query protocol: a serializer compiled from the output schema, and the error document. */
import type { TObject, TSchema } from 'typebox';
import { LastValue } from '../kernel/last-value.ts';
import type { AwsError } from './error.ts';
import { type Kind, kindOf, listItemsOf, mapValuesOf, membersOf } from './kinds.ts';

/** Serializes one indented element without a trailing line feed; returns an empty text for undefined. */
type ElementWriter = (value: unknown) => string;

/**
 * Compiles a serializer of `<XResponse>`: no XML declaration, two-space indent, a trailing line feed (recorded). Members
 * are in the order of the schema, undefined ones are omitted; without an output schema there is no Result element.
 */
export function compileXmlReply(
  operation: string,
  namespace: string,
  output: TObject | undefined,
): (value: unknown, requestId: string) => string {
  const head = `<${operation}Response xmlns="${attribute(namespace)}">`;
  const result = output === undefined ? () => '' : structWriter(`${operation}Result`, output, 1);
  return (value, requestId) =>
    `${head}${result(value)}\n  <ResponseMetadata>\n    <RequestId>${requestId}</RequestId>\n  </ResponseMetadata>\n</${operation}Response>\n`;
}

/** The error document; an error without a message has no Message element. */
export function errorXml(error: AwsError, namespace: string, requestId: string): string {
  const message = error.awsMessage === undefined ? '' : element('Message', error.awsMessage, '\n    ');
  const code = element('Code', error.code, '\n    ');
  return `<ErrorResponse xmlns="${attribute(namespace)}">\n  <Error>\n    <Type>${error.type}</Type>${code}${message}\n  </Error>\n  <RequestId>${escapeXml(requestId)}</RequestId>\n</ErrorResponse>\n`;
}

function element(name: string, text: string, indent: string): string {
  return text === '' ? `${indent}<${name}/>` : `${indent}<${name}>${escapeXml(text)}</${name}>`;
}

function writerOf(name: string, schema: TSchema, depth: number): ElementWriter {
  const kind = kindOf(schema);
  return (COMPOSITE[kind] ?? scalarWriter(SCALARS[kind]?.() ?? String))(name, schema, depth);
}

const indentOf = (depth: number): string => `\n${'  '.repeat(depth)}`;

const scalarWriter =
  (show: (value: unknown) => string) =>
  (name: string, _schema: TSchema, depth: number): ElementWriter => {
    const open = `${indentOf(depth)}<${name}>`;
    const close = `</${name}>`;
    const empty = `${indentOf(depth)}<${name}/>`;
    return value => {
      if (value === undefined) return '';
      const text = show(value);
      return text === '' ? empty : open + escapeXml(text) + close;
    };
  };

const SCALARS: Partial<Readonly<Record<Kind, () => (value: unknown) => string>>> = {
  timestamp: () => {
    // Sessions of one second end in one second.
    const last = new LastValue(isoSecond);
    return value => last.get(value);
  },
  timestampMs: () => isoInstant,
};

const isoSecond = (value: unknown): string => `${isoInstant(value).slice(0, 19)}Z`;

function isoInstant(value: unknown): string {
  if (typeof value !== 'number') throw new TypeError(`a timestamp is epoch milliseconds, not ${typeof value}`);
  return new Date(value).toISOString();
}

const COMPOSITE: Partial<Readonly<Record<Kind, (name: string, schema: TSchema, depth: number) => ElementWriter>>> = {
  struct: structWriter,
  list: (name, schema, depth) => {
    const write = writerOf('member', listItemsOf(schema), depth + 1);
    return wrap(name, depth, value => (Array.isArray(value) ? value.map(write).join('') : ''));
  },
  map: (name, schema, depth) => {
    const key = writerOf('key', { kind: 'text' }, depth + 2);
    const member = writerOf('value', mapValuesOf(schema), depth + 2);
    const entry = wrap('entry', depth + 1, pair => (Array.isArray(pair) ? key(pair[0]) + member(pair[1]) : ''));
    return wrap(name, depth, value =>
      Object.entries(value ?? {})
        .map(entry)
        .join(''),
    );
  },
};

function structWriter(name: string, schema: TSchema, depth: number): ElementWriter {
  const members = membersOf(schema).map(([member, inner]) => [member, writerOf(member, inner, depth + 1)] as const);
  return wrap(name, depth, value => {
    let text = '';
    for (const [member, write] of members) text += write(Object(value)[member]);
    return text;
  });
}

/** An element with child elements; `<X/>` without any. */
function wrap(name: string, depth: number, inside: (value: unknown) => string): ElementWriter {
  const indent = indentOf(depth);
  const [open, close, empty] = [`${indent}<${name}>`, `${indent}</${name}>`, `${indent}<${name}/>`];
  return value => {
    if (value === undefined) return '';
    const text = inside(value);
    return text === '' ? empty : open + text + close;
  };
}

/** Any character that may need escaping. */
const SPECIAL = /[^\t\n -%'-;=?-~]/;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\r', '&#xD;'],
]);

/** Escapes text content. A character that XML 1.0 §2.2 does not allow becomes U+FFFD, so that the reply is valid XML. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  let escaped = '';
  for (const char of text) escaped += ENTITIES.get(char) ?? (isXmlChar(char.codePointAt(0) ?? 0) ? char : '\ufffd');
  return escaped;
}

const isXmlChar = (point: number): boolean =>
  point >= 0x20
    ? point < 0xd800 || (point > 0xdfff && point !== 0xfffe && point !== 0xffff)
    : point === 9 || point === 10;

const attribute = (text: string): string => escapeXml(text).replaceAll('"', '&quot;');
