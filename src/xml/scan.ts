/** Scans an XML document before it is parsed: enforces limits; refuses document types, processing instructions, custom entities. */
import { XmlError, type XmlLimits } from './limits.ts';
import { PartCounter } from './part-counter.ts';

/** The input of the parser: the document without comments, each long text replaced by a placeholder; see `restored`. */
interface Scanned {
  readonly skeleton: string;
  readonly texts: readonly string[];
}

/** U+FFFE is not an XML character, so a document that passed the scan does not contain it. */
const MARK = '\ufffe';
const MARKS = /\ufffe(\d+)\ufffe/g;
/** Shorter texts are not replaced. */
const LONG = 100;

/** Control characters except tab and line ends, lone surrogates, U+FFFE and U+FFFF (XML 1.0 §2.2). */
const NO_CHARACTER = /[^\P{Cc}\t\n\r\x7f-\x9f]|[\p{Cs}\ufffe\uffff]/u;
const DECLARATION = /^<\?xml[ \t\r\n][^?<>]{1,200}\?>/;
/** The five predefined entities, and character references (XML 1.0 §4.1). */
const REFERENCE = /^&(?:amp|lt|gt|apos|quot|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/;
const MAX_REFERENCE_LENGTH = 10;

/** Throws XmlError, and no other error, for an invalid document; takes time linear in the size. */
export function scanXml(text: string, limits: XmlLimits): Scanned {
  if (text.length > limits.size) throw new XmlError('too-large', `is larger than ${limits.size} characters`);
  if (NO_CHARACTER.test(text)) throw new XmlError('not-xml', 'contains a character that XML does not allow');
  return new Scanner(text, limits).scan();
}

/** Replaces the placeholders by their texts. */
export const restoreTexts = (text: string, texts: readonly string[]): string =>
  text.includes(MARK) ? text.replace(MARKS, (_, index: string) => texts[Number(index)] ?? '') : text;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

/** Matches a name up to its end; the parser validates its characters. */
const NAME = /[^ \t\r\n/>=<"'&]{1,1000}/y;
const MAX_NAME_LENGTH = 999;
const BLANKS = /[ \t\r\n]*/y;

/** The end of the match of a sticky expression at `at`; `at` if it does not match. */
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
  readonly #counter: PartCounter;

  constructor(text: string, limits: XmlLimits) {
    this.#text = text;
    this.#longestValue = limits.value;
    this.#counter = new PartCounter(limits);
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
    if (this.#counter.depth > 0) throw notXml('it ends before all elements are closed');
    if (this.#counter.elements === 0) throw notXml('it contains no element');
    return { skeleton: this.#parts.join(''), texts: this.#texts };
  }

  /** Scans the text between two tags. */
  #characters(run: string): void {
    if (run === '') return;
    if (this.#counter.depth === 0) {
      for (let at = 0; at < run.length; at++)
        if (!isBlank(run.charCodeAt(at))) throw notXml('text outside of the root element');
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

  /** The end of the reference that begins at `at`; throws XmlError for a reference that is not allowed. */
  #reference(run: string, at: number): number {
    this.#counter.piece();
    const [whole, decimal, hexadecimal] = REFERENCE.exec(run.slice(at, at + MAX_REFERENCE_LENGTH)) ?? [];
    if (whole === undefined) {
      throw new XmlError(
        'forbidden',
        'refers to an entity; only amp, lt, gt, apos, quot and numeric character references are allowed',
      );
    }
    const code =
      decimal !== undefined ? Number(decimal) : hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : 0x26;
    if (code > 0x10ffff || NO_CHARACTER.test(String.fromCodePoint(code)))
      throw notXml(`${whole} is not a valid character`);
    return at + whole.length;
  }

  /** Scans markup that begins with `<`; returns its end. */
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
    this.#counter.piece();
    const end = this.#text.indexOf('--', at + 4);
    if (end === -1 || this.#text[end + 2] !== '>') throw notXml('a comment that does not end with "-->"');
    return end + 3;
  }

  #characterData(at: number): number {
    this.#counter.piece();
    const end = this.#text.indexOf(']]>', at);
    if (end === -1 || this.#counter.depth === 0)
      throw notXml('a CDATA section outside of the root element, or without "]]>"');
    this.#parts.push('<![CDATA[');
    this.#putAside(this.#text.slice(at + 9, end));
    this.#parts.push(']]>');
    return end + 3;
  }

  #closingTag(at: number): number {
    const end = this.#blanks(this.#name(at + 2));
    if (this.#text[end] !== '>') throw notXml('a closing tag without ">"');
    if (this.#counter.depth === 0) throw notXml('a closing tag without an opening tag');
    this.#counter.close();
    this.#tag(this.#text.slice(at, end + 1));
    return end + 1;
  }

  #openingTag(start: number): number {
    if (this.#counter.depth === 0 && this.#counter.elements > 0) throw notXml('it has more than one root element');
    this.#counter.open();
    let at = this.#attributesOf(this.#name(start + 1));
    if (this.#text[at] === '/') {
      at++;
      this.#counter.close();
    }
    if (this.#text[at] !== '>') throw notXml('a tag without ">"');
    this.#tag(this.#text.slice(start, at + 1));
    return at + 1;
  }

  #tag(tag: string): void {
    this.#counter.tag(tag.length);
    this.#parts.push(tag);
  }

  /** Scans the attributes that follow the name of a tag; returns their end. */
  #attributesOf(from: number): number {
    const names = new Set<string>();
    for (let end = from; ; ) {
      const at = this.#blanks(end);
      if (this.#text[at] === '>' || this.#text[at] === '/' || at >= this.#text.length) return at;
      if (at === end) throw notXml('attributes without whitespace between them');
      const name = this.#text.slice(at, this.#name(at));
      end = this.#value(this.#blanks(at + name.length));
      // xml2js would drop this attribute.
      if (name === '__proto__') throw new XmlError('forbidden', 'has an attribute named __proto__');
      if (names.has(name)) throw notXml('an element has a duplicate attribute');
      names.add(name);
      this.#counter.attribute(name, names.size);
    }
  }

  /** Scans `= "value"`; returns its end. */
  #value(at: number): number {
    const text = this.#text;
    const start = this.#blanks(at + 1);
    const quote = text[start];
    if (text[at] !== '=' || (quote !== '"' && quote !== "'")) throw notXml('an attribute without a quoted value');
    const end = text.indexOf(quote, start + 1);
    if (end === -1) throw notXml('an attribute value without a closing quote');
    if (end - start > this.#longestValue)
      throw new XmlError('too-large', `has an attribute of more than ${this.#longestValue} characters`);
    const value = text.slice(start + 1, end);
    if (value.includes('<')) throw notXml('"<" in an attribute value');
    for (let mark = value.indexOf('&'); mark !== -1; mark = value.indexOf('&', this.#reference(value, mark)));
    return end + 1;
  }

  /** The end of the name that begins at `at`. */
  #name(at: number): number {
    const end = endOf(NAME, this.#text, at);
    if (end === at) throw notXml('a name is missing');
    if (end - at > MAX_NAME_LENGTH)
      throw new XmlError('too-large', `has a name of more than ${MAX_NAME_LENGTH} characters`);
    return end;
  }

  #blanks(at: number): number {
    return isBlank(this.#text.charCodeAt(at)) ? endOf(BLANKS, this.#text, at) : at;
  }
}
