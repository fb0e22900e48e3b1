/** The recorded IAM rows: types (see recorded/README.md), placeholders, and comparison with a reply. */
import { readFileSync } from 'node:fs';
import { IAMServiceException } from '@aws-sdk/client-iam';

export interface Expected {
  readonly ok?: boolean;
  readonly code?: string | null;
  readonly message?: string | null;
  readonly httpStatus?: number | null;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

export interface Row {
  readonly id: string;
  readonly operation: string;
  readonly expect: Expected;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly sequence?: number;
  readonly trustPolicy?: unknown;
  readonly documents?: readonly unknown[];
  readonly condition?: unknown;
  readonly effect?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly policy?: unknown;
  readonly action?: string;
  readonly resources?: readonly string[];
  readonly setup?: string;
  readonly state?: string;
  readonly caller?: string;
  readonly provenance: string;
}

/** Reads rows and replaces their placeholders; any other `${…}` is a policy variable and stays unchanged. */
export function readRows(file: string, values: Readonly<Record<string, string>>): readonly Row[] {
  const text = readFileSync(new URL(`./recorded/${file}`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => filled(JSON.parse(line), values) as Row);
}

function filled(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map(item => filled(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, values)]));
}

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text
    .replace(/\$\{'(.)' x (\d+)\}/g, (_, char: string, times: string) => char.repeat(Number(times)))
    .replace(/\$\{(\w+)\|upper\}/g, (whole, name: string) => values[name]?.toUpperCase() ?? whole)
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** A reply, with the members of `expect`. */
export interface Answer {
  readonly ok: boolean;
  readonly code: string | null;
  readonly message: string | null;
  readonly httpStatus: number;
  readonly output: Readonly<Record<string, unknown>>;
}

/** Awaits an SDK call and converts its reply to the members of a row. Rethrows any error that is not an AWS error. */
export async function answerOf(call: Promise<object>): Promise<Answer> {
  try {
    const { $metadata, ...output } = (await call) as Record<string, unknown> & {
      readonly $metadata: { readonly httpStatusCode?: number };
    };
    return { ok: true, code: null, message: null, httpStatus: $metadata.httpStatusCode ?? 0, output };
  } catch (error) {
    if (!(error instanceof IAMServiceException)) throw error;
    const { name, message, $metadata } = error;
    return { ok: false, code: codeOf(name), message, httpStatus: $metadata.httpStatusCode ?? 0, output: {} };
  }
}

/** The SDK names modeled errors `NoSuchEntityException`; the code on the wire is `NoSuchEntity`. */
const codeOf = (name: string): string => name.replace(/Exception$/, '');

/** The recorded members of the reply, and the expected members of the row; equal if the row matches. */
export function compared(row: Row, answer: Answer): readonly [Partial<Answer>, Partial<Answer>] {
  const { ok, code, message, httpStatus } = row.expect;
  const expected = {
    ...(ok === undefined ? {} : { ok }),
    ...(code === undefined ? {} : { code: code === null ? null : codeOf(code) }),
    ...(message === undefined ? {} : { message }),
    ...(httpStatus === undefined || httpStatus === null ? {} : { httpStatus }),
  };
  const names = Object.keys(expected);
  const actual = {
    ...answer,
    message: expected.message?.includes(AUTHORIZATION) ? anyId(answer.message) : answer.message,
  };
  return [Object.fromEntries(Object.entries(actual).filter(([name]) => names.includes(name))), expected];
}

/** Placeholder for any id in a recorded message. */
const AUTHORIZATION = '${authorization_id}';

const anyId = (message: string | null): string | null =>
  message?.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, AUTHORIZATION) ?? null;
