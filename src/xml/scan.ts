/** One pass over an XML document before any parser sees it: limits, no document type, no instruction, no entity of its own. */
import { XmlError, type XmlLimits } from './limits.ts';
import { Tally } from './tally.ts';

/** What is left for a parser: the document without comments, each long text replaced by a mark that `restored` undoes. */
export interface Scanned {
  readonly skeleton: string;
  readonly texts: readonly string[];
}

/** U+FFFE is no character of XML, so a document that was let through does not hold it. */
const MARK = '\ufffe';
const MARKS = /\ufffe(\d+)\ufffe/g;
/** Shorter texts are left where they are. */
const LONG = 100;

/** Control characters but tab and line ends, halves of surrogate pairs, U+FFFE and U+FFFF (XML 1.0 §2.2). */
const NO_CHARACTER = /[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/u;
const DECLARATION = /^<\?xml[ \t\r\n][^?<>]{1,200}\?>/;
/** The five predefined entities, and characters by their number (XML 1.0 §4.1). */
const REFERENCE = /^&(?:amp|lt|gt|apos|quot|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/;
const LONGEST_REFERENCE = 10;

/** Throws XmlError, and nothing else, for whatever exceeds the limits or is forbidden; time is linear in the size. */
export function scanXml(text: string, limits: XmlLimits): Scanned {
  if (text.length > limits.size) throw new XmlError('too-large', `is larger than ${limits.size} characters`);
  if (NO_CHARACTER.test(text)) throw new XmlError('not-xml', 'has a character that XML does not allow');
  return new Scanner(text, limits).scan();
}

/** The text with what was put aside in its place again. */
export const restored = (text: string, texts: readonly string[]): string =>
  text.includes(MARK) ? text.replace(MARKS, (_, index: string) => texts[Number(index)] ?? '') : text;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

/** What a name is, as far as it matters where it ends; the parser knows which characters it may have. */
const NAME = /[^ \t\r\n/>=<"'&]{1,1000}/y;
const LONGEST_NAME = 999;
const BLANKS = /[ \t\r\n]*/y;

/** The end of what the sticky form matches at this place; the place itself when it does not match. */
function endOf(form: RegExp, text: string, at: number): number {
  form.lastIndex = at;
  return form.test(text) ? form.lastIndex : at;
}

const notXml = (message: string): XmlError => new XmlError('not-xml', `is not XML: ${message}`);

class Scanner {
  readonly #text: string;
  readonly #longestValue: number;
  readonly #parts: string[] = [];
  readonly #texts: string[] = [];
  readonly #tally: Tally;

  constructor(text: string, limits: XmlLimits) {
    this.#text = text;
    this.#longestValue = limits.value;
    this.#tally = new Tally(limits);
  }

  scan(): Scanned {
    const text = this.#text;
    let at = text.startsWith('\ufeff') ? 1 : 0;
    at += DECLARATION.exec(text.slice(at, at + 250))?.[0].length ?? 0;
    while (at < text.length) {
      const mark = text.indexOf('<', at);
      const end = mark === -1 ? text.length : mark;
      this.#characters(text.slice(at, end));
      at = mark === -1 ? end : this.#markup(mark);
    }
    if (this.#tally.depth > 0) throw notXml('it ends before all elements are closed');
    if (this.#tally.elements === 0) throw notXml('it has no element');
    return { skeleton: this.#parts.join(''), texts: this.#texts };
  }

  /** A text between two tags. */
  #characters(run: string): void {
    if (run === '') return;
    if (this.#tally.depth === 0) {
      for (let at = 0; at < run.length; at++)
        if (!isBlank(run.charCodeAt(at))) throw notXml('text outside its element');
      return;
    }
    if (run.includes(']]>')) throw notXml('"]]>" in a text');
    let from = 0;
    for (let at = run.indexOf('&'); at !== -1; at = run.indexOf('&', from)) {
      this.#putAside(run.slice(from, at));
      from = this.#reference(run, at);
      this.#parts.push(run.slice(at, from));
    }
    this.#putAside(run.slice(from));
  }

  #putAside(text: string): void {
    if (text.length > LONG) this.#parts.push(MARK, String(this.#texts.push(text) - 1), MARK);
    else this.#parts.push(text);
  }

  /** The end of the reference that begins at `at`. */
  #reference(run: string, at: number): number {
    this.#tally.piece();
    const [whole, decimal, hexadecimal] = REFERENCE.exec(run.slice(at, at + LONGEST_REFERENCE)) ?? [];
    if (whole === undefined) {
      throw new XmlError(
        'forbidden',
        'refers to an entity; only amp, lt, gt, apos, quot and characters by number are read',
      );
    }
    const code =
      decimal !== undefined ? Number(decimal) : hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : 0x26;
    if (code > 0x10ffff || NO_CHARACTER.test(String.fromCodePoint(code))) throw notXml(`${whole} is no character`);
    return at + whole.length;
  }

  /** What begins with `<`; answers where it ends. */
  #markup(at: number): number {
    const text = this.#text;
    const next = text[at + 1];
    if (next === '/') return this.#closingTag(at);
    if (next === '?') throw new XmlError('forbidden', 'has a processing instruction');
    if (next !== '!') return this.#openingTag(at);
    if (text.startsWith('<!--', at)) return this.#comment(at);
    if (text.startsWith('<![CDATA[', at)) return this.#characterData(at);
    throw new XmlError('forbidden', 'has a document type declaration');
  }

  #comment(at: number): number {
    this.#tally.piece();
    const end = this.#text.indexOf('--', at + 4);
    if (end === -1 || this.#text[end + 2] !== '>') throw notXml('a comment that does not end with "-->"');
    return end + 3;
  }

  #characterData(at: number): number {
    this.#tally.piece();
    const end = this.#text.indexOf(']]>', at);
    if (end === -1 || this.#tally.depth === 0) throw notXml('a CDATA section outside its element, or without its end');
    this.#parts.push('<![CDATA[');
    this.#putAside(this.#text.slice(at + 9, end));
    this.#parts.push(']]>');
    return end + 3;
  }

  #closingTag(at: number): number {
    const end = this.#blanks(this.#name(at + 2));
    if (this.#text[end] !== '>') throw notXml('a closing tag without ">"');
    if (this.#tally.depth === 0) throw notXml('an element that is closed was never opened');
    this.#tally.close();
    this.#tag(this.#text.slice(at, end + 1));
    return end + 1;
  }

  #openingTag(start: number): number {
    if (this.#tally.depth === 0 && this.#tally.elements > 0) throw notXml('it has more than one root');
    this.#tally.open();
    let at = this.#attributesOf(this.#name(start + 1));
    if (this.#text[at] === '/') {
      at++;
      this.#tally.close();
    }
    if (this.#text[at] !== '>') throw notXml('a tag without ">"');
    this.#tag(this.#text.slice(start, at + 1));
    return at + 1;
  }

  #tag(tag: string): void {
    this.#tally.tag(tag.length);
    this.#parts.push(tag);
  }

  /** Reads attributes from the end of the tag's name on; answers where they end. */
  #attributesOf(from: number): number {
    const names = new Set<string>();
    for (let end = from; ; ) {
      const at = this.#blanks(end);
      if (this.#text[at] === '>' || this.#text[at] === '/' || at >= this.#text.length) return at;
      if (at === end) throw notXml('attributes without a blank between them');
      const name = this.#text.slice(at, this.#name(at));
      end = this.#value(this.#blanks(at + name.length));
      // The parser would lose it.
      if (name === '__proto__') throw new XmlError('forbidden', 'has an attribute named __proto__');
      if (names.has(name)) throw notXml('an element has one attribute twice');
      names.add(name);
      this.#tally.attribute(name, names.size);
    }
  }

  /** Reads `= "value"`; answers where it ends. */
  #value(at: number): number {
    const text = this.#text;
    const start = this.#blanks(at + 1);
    const quote = text[start];
    if (text[at] !== '=' || (quote !== '"' && quote !== "'")) throw notXml('an attribute without a value in quotes');
    const end = text.indexOf(quote, start + 1);
    if (end === -1) throw notXml('an attribute whose quotes are not closed');
    if (end - start > this.#longestValue)
      throw new XmlError('too-large', `has an attribute of more than ${this.#longestValue} characters`);
    const value = text.slice(start + 1, end);
    if (value.includes('<')) throw notXml('"<" in an attribute');
    for (let mark = value.indexOf('&'); mark !== -1; mark = value.indexOf('&', this.#reference(value, mark)));
    return end + 1;
  }

  /** The end of the name that begins at `at`. */
  #name(at: number): number {
    const end = endOf(NAME, this.#text, at);
    if (end === at) throw notXml('a name is missing');
    if (end - at > LONGEST_NAME) throw new XmlError('too-large', `has a name of more than ${LONGEST_NAME} characters`);
    return end;
  }

  #blanks(at: number): number {
    return isBlank(this.#text.charCodeAt(at)) ? endOf(BLANKS, this.#text, at) : at;
  }
}
