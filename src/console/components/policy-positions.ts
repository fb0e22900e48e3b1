/** Maps JSON Pointers to text ranges, and cursor positions to member paths, by the syntax tree. */
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';

/** Maximum time in milliseconds to parse a text to its end. */
const PARSE_TIMEOUT = 100;

const treeOf = (state: EditorState) => ensureSyntaxTree(state, state.doc.length, PARSE_TIMEOUT) ?? syntaxTree(state);

/** The value of a member name or string, without quotes. */
function textOf(state: EditorState, { from, to }: SyntaxNode): string {
  const source = state.sliceDoc(from, to);
  try {
    return String(JSON.parse(source));
  } catch {
    // An incomplete string, while the user is typing.
    return source.replace(/^"/, '').replace(/"$/, '');
  }
}

const values = (node: SyntaxNode): SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (!/^[[\]{},:]$|⚠/.test(child.name)) found.push(child);
  }
  return found;
};

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The range of the value at a pointer, cut at the end of its first line. */
export function firstLineOf(state: EditorState, pointer: string): Range | undefined {
  const range = rangeOf(state, pointer);
  if (range === undefined) return undefined;
  const line = state.doc.lineAt(range.from);
  return { from: range.from, to: Math.min(range.to, line.to) };
}

/** The range of the value at a pointer, with its name for a member; undefined when the pointer does not exist. */
export function rangeOf(state: EditorState, pointer: string): Range | undefined {
  let node: SyntaxNode | null | undefined = treeOf(state).topNode.firstChild;
  let range: SyntaxNode | undefined = node ?? undefined;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (node === null || node === undefined) return undefined;
    if (node.name === 'Array') {
      node = values(node)[Number(name)];
      range = node;
    } else {
      const member: SyntaxNode | undefined = values(node).find(child => {
        const key = child.getChild('PropertyName');
        return key !== null && textOf(state, key) === name;
      });
      range = member;
      node = member === undefined ? undefined : values(member)[1];
    }
  }
  return range === undefined ? undefined : { from: range.from, to: range.to };
}

export interface Position {
  /** Names of the enclosing members, outermost first; array elements are not included. */
  readonly path: readonly string[];
  /** Whether the position is in a member name or in a value. */
  readonly is: 'name' | 'value';
  /** Range of the string that contains the position. */
  readonly from: number;
  readonly to: number;
}

/** The position of the cursor in the document structure; undefined outside of strings. */
export function positionAt(state: EditorState, at: number): Position | undefined {
  const node = treeOf(state).resolveInner(at, -1);
  if (node.name !== 'PropertyName' && node.name !== 'String') return undefined;
  const path: string[] = [];
  let member = node.parent;
  const isName = node.name === 'PropertyName';
  if (isName) member = member?.parent ?? null;
  for (; member !== null; member = member.parent) {
    const key = member.name === 'Property' ? member.getChild('PropertyName') : null;
    if (key !== null) path.unshift(textOf(state, key));
  }
  return { path, is: isName ? 'name' : 'value', from: node.from, to: node.to };
}
