/** The body of a control call: JSON within limits, without a key that could be taken for a prototype. */
import { JsonError, type JsonLimits, readJson } from '../../kernel/json.ts';
import { ControlError, FORBIDDEN_KEY, forbiddenKey } from './problem.ts';

const DEPTH = 64;
/** Bytes for each value of the largest body: a megabyte holds 65,536 values, a state of 32 MB two million. */
const BYTES_PER_VALUE = 16;

/** Reads a body of at most so many bytes; undefined when there is none. Throws ControlError. */
export function readBody(text: string, mostBytes: number): unknown {
  if (text.trim() === '') return undefined;
  const value = parsed(text, { size: mostBytes, depth: DEPTH, values: mostBytes / BYTES_PER_VALUE });
  // The name may be written with escapes.
  const path = /__proto__|\\u/i.test(text) ? prototypeIn(value, '') : undefined;
  if (path !== undefined) throw forbiddenKey(path);
  return value;
}

function parsed(text: string, limits: JsonLimits): unknown {
  try {
    return readJson(text, limits);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const code = error.code === 'not-json' ? 'invalid-json' : error.code;
    const status = error.code === 'too-large' ? 413 : 400;
    throw new ControlError(status, code, `the body ${error.message}`, { path: '' });
  }
}

/** JSON Pointer of a member named `__proto__`; the value is nested no deeper than allowed. */
function prototypeIn(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, FORBIDDEN_KEY)) return `${path}/${FORBIDDEN_KEY}`;
  for (const [name, member] of Object.entries(value)) {
    const found =
      typeof member === 'object' && member !== null
        ? prototypeIn(member, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
        : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
