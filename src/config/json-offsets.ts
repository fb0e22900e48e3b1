/** Finds the offsets of JSON Pointers (RFC 6901) in a JSON text. */
import { endOfString, readPointer } from '../kernel/json.ts';

interface PointerNode {
  /** The pointers that end here. */
  readonly pointers: string[];
  readonly children: Map<string, PointerNode>;
}

/**
 * The offset of each pointer in a text that JSON.parse accepts, found in one pass: the offset of the member's name or of
 * the item; of the nearest parent if the value itself is missing.
 */
export function jsonOffsets(text: string, pointers: Iterable<string>): ReadonlyMap<string, number> {
  const root: PointerNode = { pointers: [], children: new Map() };
  for (const pointer of pointers) {
    let at = root;
    for (const name of readPointer(pointer)) {
      const next = at.children.get(name) ?? { pointers: [], children: new Map() };
      at.children.set(name, next);
      at = next;
    }
    at.pointers.push(pointer);
  }
  const offsets = new Map<string, number>();
  new OffsetFinder(text, offsets).value(skipBlanks(text, 0), root);
  return offsets;
}

const TOKEN = /[[\]{}"]/g;

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (' \t\r\n\ufeff'.includes(text.charAt(at)) && at < text.length) at++;
  return at;
}

class OffsetFinder {
  readonly #text: string;
  readonly #offsets: Map<string, number>;

  constructor(text: string, offsets: Map<string, number>) {
    this.#text = text;
    this.#offsets = offsets;
  }

  /** Searches the value that begins at `at` and returns the offset of its end. Recursion is as deep as the pointers. */
  value(at: number, node: PointerNode): number {
    const open = this.#text[at];
    if (node.children.size === 0 || (open !== '{' && open !== '[')) return this.#skip(at);
    let next = skipBlanks(this.#text, at + 1);
    for (let index = 0; this.#text[next] !== '}' && this.#text[next] !== ']' && next < this.#text.length; index++) {
      const start = next;
      let name = String(index);
      if (open === '{') {
        const end = endOfString(this.#text, next) + 1;
        name = String(JSON.parse(this.#text.slice(next, end)));
        next = skipBlanks(this.#text, skipBlanks(this.#text, end) + 1);
      }
      const found = node.children.get(name);
      if (found !== undefined) this.#mark(found, start);
      next = skipBlanks(this.#text, found === undefined ? this.#skip(next) : this.value(next, found));
      if (this.#text[next] === ',') next = skipBlanks(this.#text, next + 1);
    }
    return next + 1;
  }

  /** Sets the offset of this node and its descendants; a descendant that is found later overwrites it. */
  #mark(node: PointerNode, offset: number): void {
    for (const pointer of node.pointers) this.#offsets.set(pointer, offset);
    for (const child of node.children.values()) this.#mark(child, offset);
  }

  #skip(from: number): number {
    let depth = 0;
    let at = from;
    if (!'[{"'.includes(this.#text.charAt(at))) {
      while (at < this.#text.length && !',]} \t\r\n'.includes(this.#text.charAt(at))) at++;
      return at;
    }
    do {
      TOKEN.lastIndex = at;
      const token = TOKEN.exec(this.#text)?.[0];
      if (token === undefined) return this.#text.length;
      at = TOKEN.lastIndex;
      if (token === '"') at = endOfString(this.#text, at - 1) + 1;
      else depth += token === '[' || token === '{' ? 1 : -1;
    } while (depth > 0);
    return at;
  }
}
