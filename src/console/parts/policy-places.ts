/** Places in a policy's text, by the syntax tree: where a JSON Pointer points, and which pointer a place has. */
import { ensureSyntaxTree, syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';

/** Milliseconds the parser may take to reach the end of a text. */
const PATIENCE = 100;

const treeOf = (state: EditorState) => ensureSyntaxTree(state, state.doc.length, PATIENCE) ?? syntaxTree(state);

/** The text of a name or string, without its quotes. */
export function textOf(state: EditorState, { from, to }: SyntaxNode): string {
  const written = state.sliceDoc(from, to);
  try {
    return String(JSON.parse(written));
  } catch {
    // A string that is still being typed.
    return written.replace(/^"/, '').replace(/"$/, '');
  }
}

const values = (node: SyntaxNode): SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (!/^[[\]{},:]$|⚠/.test(child.name)) found.push(child);
  }
  return found;
};

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where to point at: the range, or the name alone of what spans several lines. */
export function headOf(state: EditorState, pointer: string): Range | undefined {
  const range = rangeOf(state, pointer);
  if (range === undefined) return undefined;
  const line = state.doc.lineAt(range.from);
  return { from: range.from, to: Math.min(range.to, line.to) };
}

/** The range of what a pointer points at; a member's with its name. Undefined when there is nothing. */
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

export interface Place {
  /** Names of the members around, outermost first; elements of lists leave no step. */
  readonly path: readonly string[];
  /** Whether the place is a member's name or a value. */
  readonly is: 'name' | 'value';
  /** The string around the place. */
  readonly from: number;
  readonly to: number;
}

/** Where the cursor stands, when it stands in a string. */
export function placeAt(state: EditorState, at: number): Place | undefined {
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
