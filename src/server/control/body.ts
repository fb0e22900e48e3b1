/** Reads the body of a control API call: JSON within limits, without the key `__proto__`. */
import { JsonError, type JsonLimits, pointerStep, readJson } from '../../kernel/json.ts';
import { ControlError, FORBIDDEN_KEY, forbiddenKey } from './problem.ts';

const DEPTH = 64;
/** Body limit in bytes per JSON value: 1 MiB allows 65,536 values, a state of 32 MiB allows two million. */
const BYTES_PER_VALUE = 16;

/** Reads a body of at most `mostBytes` bytes; undefined when the body is empty. Throws ControlError. */
export function readBody(text: string, maxBytes: number): unknown {
  if (text.trim() === '') return undefined;
  const value = parsed(text, { size: maxBytes, depth: DEPTH, values: maxBytes / BYTES_PER_VALUE });
  // JSON may write the name with \u escapes.
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

/** JSON Pointer of the first member named `__proto__`. The recursion is bounded: the parser has limited the depth. */
function prototypeIn(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, FORBIDDEN_KEY)) return `${path}/${FORBIDDEN_KEY}`;
  for (const [name, member] of Object.entries(value)) {
    const found =
      typeof member === 'object' && member !== null ? prototypeIn(member, path + pointerStep(name)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
