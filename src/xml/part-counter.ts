/** Counts the parts of an XML document against its limits. */
import { XmlError, type XmlLimits } from './limits.ts';

/** Each method counts one kind of part, and throws XmlError above the limit. */
export class PartCounter {
  readonly #limits: XmlLimits;
  #depth = 0;
  #elements = 0;
  #attributes = 0;
  #tagCharacters = 0;
  #namespaces = 0;
  #pieces = 0;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  get depth(): number {
    return this.#depth;
  }

  get elements(): number {
    return this.#elements;
  }

  open(): void {
    const { elements, depth } = this.#limits;
    if (++this.#elements > elements) throw tooMany(`has more than ${elements} elements`);
    if (++this.#depth > depth) throw new XmlError('too-deep', `nests deeper than ${depth} elements`);
  }

  close(): void {
    this.#depth--;
  }

  /** `ofElement`: number of attributes of the element so far, this one included. */
  attribute(name: string, ofElement: number): void {
    const { attributes, attributesPerElement, namespaces } = this.#limits;
    if (ofElement > attributesPerElement)
      throw tooMany(`has an element with more than ${attributesPerElement} attributes`);
    if (++this.#attributes > attributes) throw tooMany(`has more than ${attributes} attributes`);
    const declares = name === 'xmlns' || name.startsWith('xmlns:');
    if (declares && ++this.#namespaces > namespaces) throw tooMany(`declares more than ${namespaces} namespaces`);
  }

  tag(length: number): void {
    const { tagCharacters } = this.#limits;
    this.#tagCharacters += length;
    if (this.#tagCharacters > tagCharacters)
      throw new XmlError('too-large', `has more than ${tagCharacters} characters in tags`);
  }

  /** Counts a comment, CDATA section or reference. */
  piece(): void {
    const { pieces } = this.#limits;
    if (++this.#pieces > pieces) throw tooMany(`has more than ${pieces} comments, CDATA sections and references`);
  }
}

const tooMany = (message: string): XmlError => new XmlError('too-many', message);
