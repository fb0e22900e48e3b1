/** Reads Query parameters by schema: scalars, `X.member.N`, `X.entry.N.key`, nested structures. */
import type { TObject, TSchema } from 'typebox';
import { recordOf } from '../kernel/table.ts';
import { type AwsError, malformedInput } from './error.ts';
import type { Parameters } from './form.ts';
import { type Kind, kindOf, listItemsOf, mapValuesOf, membersOf } from './kinds.ts';

/** Maximum nesting of parameter names; the most deeply nested AWS input has six levels. */
export const DEPTH_LIMIT = 32;

/** Maximum number of consecutive positions that a list may omit. */
const GAP_LIMIT = 10;
const INT32 = 2 ** 31;

/** The parameters of one name: its own value, and the nested names below it (after a dot). */
interface Branch {
  text: string | undefined;
  below: Map<string, Branch> | undefined;
}

type Reader = (branch: Branch) => unknown;

/**
 * Compiles an operation's input schema to a reader of parameters. Clients send an empty list as `X=`; `emptyLists`:
 * whether the service reads it as an empty list, like IAM, or as absent, like STS (both recorded).
 */
export function compileReader(
  schema: TObject,
  emptyLists = false,
): (parameters: Parameters) => Record<string, unknown> {
  const members = membersOf(schema).map(([name, member]) => ({
    name,
    nested: isNested(kindOf(member)),
    read: readerOf(member, emptyLists),
  }));
  const nested = new Set(members.filter(member => member.nested).map(member => member.name));
  return parameters => {
    const branches = nested.size === 0 ? undefined : buildTrees(parameters, nested);
    const input: Record<string, unknown> = {};
    for (const { name, read, nested: deep } of members) {
      const branch = deep ? branches?.get(name) : leaf(parameters.get(name));
      const value = branch === undefined ? undefined : read(branch);
      if (value !== undefined) input[name] = value;
    }
    return input;
  };
}

const isNested = (kind: Kind): boolean => kind === 'list' || kind === 'map' || kind === 'struct';

const leaf = (text: string | undefined): Branch | undefined =>
  text === undefined ? undefined : { text, below: undefined };

/** Builds the trees of nested members; ignores unknown parameters, like AWS. */
function buildTrees(parameters: Parameters, wanted: ReadonlySet<string>): Map<string, Branch> {
  const roots = new Map<string, Branch>();
  for (const [name, text] of parameters) {
    const dot = name.indexOf('.');
    const root = dot === -1 ? name : name.slice(0, dot);
    if (!wanted.has(root)) continue;
    const path = name.split('.', DEPTH_LIMIT + 1);
    if (path.length > DEPTH_LIMIT)
      throw malformedInput(`Parameter names may not be nested deeper than ${DEPTH_LIMIT}.`);
    let within = roots;
    let branch: Branch | undefined;
    for (const step of path) {
      if (branch !== undefined) within = branch.below ??= new Map();
      branch = within.get(step);
      if (branch === undefined) {
        branch = { text: undefined, below: undefined };
        within.set(step, branch);
      }
    }
    if (branch !== undefined) branch.text ??= text;
  }
  return roots;
}

function readerOf(schema: TSchema, emptyLists: boolean): Reader {
  return READERS[kindOf(schema)](schema, emptyLists);
}

const scalar =
  (parse: (text: string) => unknown) =>
  (): Reader =>
  ({ text }) =>
    text === undefined ? undefined : parse(text);

const READERS: Readonly<Record<Kind, (schema: TSchema, emptyLists: boolean) => Reader>> = {
  text: scalar(text => text),
  choice: scalar(text => text),
  blob: scalar(text => text),
  integer: scalar(parseInteger),
  boolean: scalar(parseBoolean),
  timestamp: scalar(parseInstant),
  timestampMs: scalar(parseInstant),
  list: listReader,
  map: mapReader,
  struct: structReader,
};

/** Parses an integer; `+900` and `0900` are valid, an empty or any other text is MalformedInput (recorded). */
function parseInteger(text: string): number {
  if (text === '') throw malformedInput('missing value for decimal type');
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= -INT32 && value < INT32)) throw wrongType('an integer of 32 bits');
  return value === 0 ? 0 : value;
}

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw wrongType('true or false');
  return text === 'true';
}

function parseInstant(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw wrongType('a time in ISO 8601');
  return at;
}

/** AWS sends no message. */
const wrongType = (wanted: string): AwsError =>
  malformedInput(undefined, { detail: `The value of a parameter must be ${wanted}.` });

function structReader(schema: TSchema, emptyLists: boolean): Reader {
  const members = membersOf(schema).map(([name, member]) => [name, readerOf(member, emptyLists)] as const);
  return ({ text, below }) => {
    if (below === undefined) return absent(text, 'Unexpected complex element termination');
    const value: Record<string, unknown> = {};
    for (const [name, read] of members) {
      const branch = below.get(name);
      const member = branch === undefined ? undefined : read(branch);
      if (member !== undefined) value[name] = member;
    }
    return value;
  };
}

function listReader(schema: TSchema, emptyLists: boolean): Reader {
  const read = readerOf(listItemsOf(schema), emptyLists);
  return ({ text, below }) => {
    const branches = positions(below?.get('member')?.below);
    if (branches === undefined && text === '' && emptyLists) return [];
    if (branches === undefined) return absent(text, 'Unexpected list element termination');
    return branches.map(read).filter(value => value !== undefined);
  };
}

function mapReader(schema: TSchema, emptyLists: boolean): Reader {
  const read = readerOf(mapValuesOf(schema), emptyLists);
  return ({ text, below }) => {
    const branches = positions(below?.get('entry')?.below);
    if (branches === undefined) return absent(text, 'Unexpected complex element termination');
    const values = new Map<string, unknown>();
    for (const { below: entry } of branches) {
      const key = entry?.get('key')?.text;
      const branch = entry?.get('value');
      if (key !== undefined && branch !== undefined && !values.has(key)) values.set(key, read(branch));
    }
    return recordOf(values);
  };
}

/** Treats an empty `X=` as absent; throws MalformedInput for any other text. */
function absent(text: string | undefined, complaint: string): undefined {
  if (text !== undefined && text !== '') throw malformedInput(complaint);
  return undefined;
}

/** The branches of `1`, `2`, … in the order of their numbers; `01` is 1, and the first of two equal numbers is used. */
function positions(below: Map<string, Branch> | undefined): Branch[] | undefined {
  if (below === undefined) return undefined;
  const numbered = new Map<number, Branch>();
  for (const [name, branch] of below) {
    const position = positionOf(name);
    if (!numbered.has(position)) numbered.set(position, branch);
  }
  const sorted = [...numbered].sort(([a], [b]) => a - b);
  let before = 0;
  for (const [position] of sorted) {
    const skipped = position - before - 1;
    if (skipped > GAP_LIMIT) throw malformedInput(`Excessively sparse input would skip ${skipped} list elements`);
    before = position;
  }
  return sorted.map(([, branch]) => branch);
}

function positionOf(name: string): number {
  if (/^-\d+$/.test(name)) throw malformedInput(`Key ${name} may not have a leading '-'`);
  const position = /^\d+$/.test(name) ? Number(name) : Number.NaN;
  if (!(position < INT32)) throw malformedInput('Start of list found where not expected');
  if (position === 0) throw malformedInput(`${name} is not a valid index`);
  return position;
}
