/** JSON of the AWS protocols: replies for `Accept: application/json`; requests and replies of JSON 1.1 (`X-Amz-Target`). */
import { isUtf8 } from 'node:buffer';
import type { TObject, TSchema } from 'typebox';
import { defined } from '../kernel/defined.ts';
import { isObject, type JsonLimits, readJson } from '../kernel/json.ts';
import { type AwsError, serializationException } from './error.ts';
import { type Kind, kindOf, listItemsOf, mapValuesOf, membersOf } from './kinds.ts';
import { DEPTH_LIMIT } from './query.ts';

/** `{"XResponse":{"XResult":{…},"ResponseMetadata":{"RequestId":"…"}}}`, with members that are already serialized. */
export function envelopeJson(operation: string, members: string | undefined, requestId: string): string {
  const result = members === undefined ? '' : `"${operation}Result":${members},`;
  return `{"${operation}Response":{${result}"ResponseMetadata":{"RequestId":${JSON.stringify(requestId)}}}}`;
}

/** `{"Error":{…},"RequestId":"…"}`, without an outer wrapper (recorded). */
export const errorJson = (error: AwsError, requestId: string): string =>
  JSON.stringify({
    Error: { Code: error.code, Message: error.awsMessage ?? null, Type: error.type },
    RequestId: requestId,
  });

/** Error codes that differ between JSON 1.1 and the Query protocol. */
const CODES_11: ReadonlyMap<string, string> = new Map([
  ['AccessDenied', 'AccessDeniedException'],
  ['ExpiredToken', 'ExpiredTokenException'],
  ['IncompleteSignature', 'IncompleteSignatureException'],
  ['InvalidClientTokenId', 'UnrecognizedClientException'],
  ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
  ['SignatureDoesNotMatch', 'InvalidSignatureException'],
  ['Throttling', 'ThrottlingException'],
  ['UnsupportedOperation', 'UnsupportedOperationException'],
  ['ValidationError', 'ValidationException'],
]);

/** `{"__type":"XException","message":"…"}`. */
export const errorJson11 = (error: AwsError): string =>
  JSON.stringify({
    __type: CODES_11.get(error.code) ?? error.code,
    ...defined({ message: error.awsMessage }),
  });

type MemberReader = (value: unknown) => unknown;

/** Compiles a serializer of an output's members; it returns undefined for an operation without output. Timestamps are epoch seconds. */
export function compileJsonWriter(output: TObject | undefined): (value: unknown) => string | undefined {
  if (output === undefined) return () => undefined;
  return jsonOf(output);
}

type Writer = (value: unknown) => string;

function jsonOf(schema: TSchema): Writer {
  return (WRITERS[kindOf(schema)] ?? plain)(schema);
}

const plain = (): Writer => value => JSON.stringify(value);

const WRITERS: Partial<Readonly<Record<Kind, (schema: TSchema) => Writer>>> = {
  timestamp: () => value => epochSeconds(Math.floor(Number(value) / 1000) * 1000),
  timestampMs: () => value => epochSeconds(Number(value)),
  list: schema => {
    const write = jsonOf(listItemsOf(schema));
    return value => `[${Array.isArray(value) ? value.map(write).join(',') : ''}]`;
  },
  map: schema => {
    const write = jsonOf(mapValuesOf(schema));
    return value => object(Object.entries(value ?? {}).map(([key, member]) => [key, write(member)]));
  },
  struct: schema => {
    const members = membersOf(schema).map(([name, member]) => [name, jsonOf(member)] as const);
    return value =>
      object(
        members.flatMap(([name, write]) => {
          const member: unknown = Object(value)[name];
          return member === undefined ? [] : [[name, write(member)] as const];
        }),
      );
  },
};

const object = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;

/** Epoch seconds as AWS's JSON prints them, in Java's format of a double: `1.514869445E9`. */
function epochSeconds(at: number): string {
  const seconds = at / 1000;
  if (Math.abs(seconds) < 1e7) return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
  const [mantissa = '', exponent = ''] = seconds.toExponential().split('e+');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent}`;
}

/** Limits of a body: 1 MiB; a JSON 1.1 operation has about a dozen values. */
const LIMITS: JsonLimits = { size: 1024 * 1024, depth: DEPTH_LIMIT, values: 10_000 };

/**
 * Compiles a reader of a JSON 1.1 body. Throws SerializationException for a body that is not JSON, exceeds the limits or
 * has a member of the wrong type; ignores unknown members and null. Returns the same members as the Query reader.
 */
export function compileJsonReader(schema: TObject): (body: Buffer) => unknown {
  const shape = memberReaderOf(schema);
  return body => {
    if (body.length === 0) return shape({});
    if (!isUtf8(body)) throw notJson();
    return shape(parse(body.toString('utf8')));
  };
}

/** AWS sends no message with either. */
const notJson = (cause?: unknown): AwsError =>
  serializationException(undefined, { cause, detail: 'The body is not JSON within the limits of Rolecall.' });
const wrongType = (): AwsError =>
  serializationException(undefined, { detail: 'A member of the body has a value of another type.' });

function parse(text: string): unknown {
  try {
    return readJson(text, LIMITS);
  } catch (cause) {
    throw notJson(cause);
  }
}

const memberReaderOf = (schema: TSchema): MemberReader => MEMBER_READERS[kindOf(schema)](schema);

const expecting =
  (type: 'string' | 'boolean'): (() => MemberReader) =>
  () =>
  value => {
    if (typeof value !== type) throw wrongType();
    return value;
  };

function instant(): MemberReader {
  return value => {
    const at = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) throw wrongType();
    return Math.round(at);
  };
}

const MEMBER_READERS: Readonly<Record<Kind, (schema: TSchema) => MemberReader>> = {
  text: expecting('string'),
  choice: expecting('string'),
  blob: expecting('string'),
  boolean: expecting('boolean'),
  timestamp: instant,
  timestampMs: instant,
  integer: () => value => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= 2 ** 31) {
      throw wrongType();
    }
    return value;
  },
  list: schema => {
    const shape = memberReaderOf(listItemsOf(schema));
    return value => {
      if (!Array.isArray(value)) throw wrongType();
      return value.filter(member => member !== null).map(shape);
    };
  },
  map: schema => {
    const shape = memberReaderOf(mapValuesOf(schema));
    return value => {
      if (!isObject(value)) throw wrongType();
      const shaped: Record<string, unknown> = Object.create(null);
      for (const [key, member] of Object.entries(value)) if (member !== null) shaped[key] = shape(member);
      return shaped;
    };
  },
  struct: schema => {
    const members = membersOf(schema).map(([name, member]) => [name, memberReaderOf(member)] as const);
    return value => {
      if (!isObject(value)) throw wrongType();
      const shaped: Record<string, unknown> = {};
      for (const [name, shape] of members) {
        const member = Object.hasOwn(value, name) ? value[name] : undefined;
        if (member !== undefined && member !== null) shaped[name] = shape(member);
      }
      return shaped;
    };
  },
};
