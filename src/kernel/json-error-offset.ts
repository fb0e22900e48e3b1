/** Finds the position of a JSON syntax error (RFC 8259), which JSON.parse does not always report. */

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | 'next';

const BLANKS = /[ \t\n\r]*/y;
const TOKEN = /[{}[\],:"]|true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A part of a string, up to its end or the next escape. */
const PLAIN = /[^"\\\p{Cc}]{1,1000}|[\x7f-\x9f]/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/** The offset of the first syntax error, in one pass; undefined for valid JSON. */
export function jsonErrorOffset(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  for (let at = endOf(BLANKS, text, 0); at < text.length; ) {
    const end = endOf(TOKEN, text, at);
    if (end === at) return at;
    const token = text.slice(at, end);
    const after = expectedAfter(token, expected, open);
    if (after === undefined) return at;
    const closed = token === '"' ? endOfString(text, end) : end;
    if (closed === undefined) return at;
    expected = after;
    at = endOf(BLANKS, text, closed);
  }
  return expected === 'next' && open.length === 0 ? undefined : text.length;
}

/** What is expected after a token; undefined if the token itself is not expected. */
function expectedAfter(token: string, expected: Expected, open: string[]): Expected | undefined {
  const isName = expected === 'name' || expected === 'name or }';
  if (token === '}' || token === ']') {
    const isEmpty = expected === (token === '}' ? 'name or }' : 'value or ]');
    return (isEmpty || expected === 'next') && open.pop() === (token === '}' ? '{' : '[') ? 'next' : undefined;
  }
  if (token === ',')
    return expected !== 'next' || open.length === 0 ? undefined : open.at(-1) === '{' ? 'name' : 'value';
  if (token === ':') return expected === ':' ? 'value' : undefined;
  if (isName) return token === '"' ? ':' : undefined;
  if (expected !== 'value' && expected !== 'value or ]') return undefined;
  if (token !== '{' && token !== '[') return 'next';
  open.push(token);
  return token === '{' ? 'name or }' : 'value or ]';
}

/** The end of the string whose opening quote is at `from`; undefined if it is unclosed or has an unescaped control character. */
function endOfString(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; ) {
    if (text[at] === '"') return at + 1;
    const end = text[at] === '\\' ? endOf(ESCAPE, text, at) : endOf(PLAIN, text, at);
    if (end === at) return undefined;
    at = end;
  }
  return undefined;
}

function endOf(form: RegExp, text: string, at: number): number {
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex : at;
}
