/** What an XML document from outside may be at most, and how one exceeds that. */

export interface XmlLimits {
  /** Characters (UTF-16 code units). */
  readonly size: number;
  /** Elements within elements. */
  readonly depth: number;
  readonly elements: number;
  /** Attributes of all elements together, declarations of namespaces among them. */
  readonly attributes: number;
  readonly attributesPerElement: number;
  /** Declarations of namespaces in the whole document. */
  readonly namespaces: number;
  /** Prefixes that are bound at one place: what has to be copied for each declaration. */
  readonly prefixes: number;
  /** Characters of all tags together. */
  readonly tagCharacters: number;
  /** Characters of an attribute's value. */
  readonly value: number;
  /** Comments, CDATA sections and references (`&amp;`) together. */
  readonly pieces: number;
}

/**
 * Metadata of AD FS, Entra ID, Okta and Shibboleth has fewer than 200 elements, 12 levels and 20 namespaces; each further
 * certificate is four elements more. Ten million characters are what IAM takes.
 */
export const XML_LIMITS: XmlLimits = {
  size: 10_000_000,
  depth: 64,
  elements: 2000,
  attributes: 4000,
  attributesPerElement: 100,
  namespaces: 1000,
  prefixes: 64,
  tagCharacters: 300_000,
  value: 60_000,
  pieces: 4000,
};

/** `forbidden` is what XML allows and this reader does not: document types, instructions, entities of their own. */
export type XmlErrorCode = 'too-large' | 'too-deep' | 'too-many' | 'forbidden' | 'not-xml';

/** Thrown by all readers of this folder; the message is a clause without a subject: "nests deeper than 64 elements". */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly code: XmlErrorCode;

  constructor(code: XmlErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}
