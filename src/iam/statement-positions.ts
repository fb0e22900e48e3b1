/** Positions of the statements in a policy text, as the policy simulator reports them. */

export interface Position {
  /** From 1. */
  readonly Line: number;
  /** From 1. */
  readonly Column: number;
}

export interface Span {
  readonly StartPosition: Position;
  /** After the closing brace. */
  readonly EndPosition: Position;
}

/** The span of each statement, in order. The text must be a valid policy. One pass over the text. */
export function statementSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let key = '';
  let inList = false;
  let start: Position | undefined;
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      // JSON strings contain no line breaks.
      const end = endOfString(text, at);
      if (depth === 1 && isKey(text, end)) key = text.slice(at + 1, end - 1);
      at = end - 1;
    } else if (char === '\n') {
      line++;
      lineStart = at + 1;
    } else if (char === '{' || char === '[') {
      if (depth === 1) inList = char === '[';
      const opens = key === 'Statement' && char === '{' && depth === (inList ? 2 : 1);
      if (opens) start = { Line: line, Column: at - lineStart + 1 };
      depth++;
    } else if (char === '}' || char === ']') {
      depth--;
      if (start !== undefined && char === '}' && depth === (inList ? 2 : 1)) {
        spans.push({ StartPosition: start, EndPosition: { Line: line, Column: at - lineStart + 2 } });
        start = undefined;
      }
      if (depth === 1) key = '';
    }
  }
  return spans;
}

/** The index after the closing quote of the string that starts at `at`. */
function endOfString(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at++;
  return text[at] === ':';
}
