/** Where in a JSON text the values are that JSON Pointers name. */

interface Wanted {
  /** The pointers that end here. */
  readonly pointers: string[];
  readonly below: Map<string, Wanted>;
}

/**
 * The offset of each pointer in a text that JSON.parse has read, in one pass: of the member's name or the item; of the
 * nearest parent when the place itself is missing.
 */
export function jsonPlaces(text: string, pointers: Iterable<string>): ReadonlyMap<string, number> {
  const root: Wanted = { pointers: [], below: new Map() };
  for (const pointer of pointers) {
    let at = root;
    for (const step of pointer.split('/').slice(1)) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      const next = at.below.get(name) ?? { pointers: [], below: new Map() };
      at.below.set(name, next);
      at = next;
    }
    at.pointers.push(pointer);
  }
  const places = new Map<string, number>();
  new Places(text, places).value(skipBlanks(text, 0), root);
  return places;
}

const TOKEN = /[[\]{}"]/g;

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (' \t\r\n\ufeff'.includes(text.charAt(at)) && at < text.length) at++;
  return at;
}

class Places {
  readonly #text: string;
  readonly #places: Map<string, number>;

  constructor(text: string, places: Map<string, number>) {
    this.#text = text;
    this.#places = places;
  }

  /** Looks for what is wanted in the value that begins at `at`; answers where it ends. It goes as deep as the pointers do. */
  value(at: number, wanted: Wanted): number {
    const open = this.#text[at];
    if (wanted.below.size === 0 || (open !== '{' && open !== '[')) return this.#skip(at);
    let next = skipBlanks(this.#text, at + 1);
    for (let index = 0; this.#text[next] !== '}' && this.#text[next] !== ']' && next < this.#text.length; index++) {
      const place = next;
      let name = String(index);
      if (open === '{') {
        const end = this.#string(next);
        name = String(JSON.parse(this.#text.slice(next, end)));
        next = skipBlanks(this.#text, skipBlanks(this.#text, end) + 1);
      }
      const found = wanted.below.get(name);
      if (found !== undefined) this.#mark(found, place);
      next = skipBlanks(this.#text, found === undefined ? this.#skip(next) : this.value(next, found));
      if (this.#text[next] === ',') next = skipBlanks(this.#text, next + 1);
    }
    return next + 1;
  }

  /** This is the place of all pointers from here on, until one further down is found. */
  #mark(wanted: Wanted, place: number): void {
    for (const pointer of wanted.pointers) this.#places.set(pointer, place);
    for (const below of wanted.below.values()) this.#mark(below, place);
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
      if (token === '"') at = this.#string(at - 1);
      else depth += token === '[' || token === '{' ? 1 : -1;
    } while (depth > 0);
    return at;
  }

  #string(start: number): number {
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x5c) at++;
      else if (code === 0x22) return at + 1;
    }
    return this.#text.length;
  }
}
