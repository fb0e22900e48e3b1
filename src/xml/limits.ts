/** Limits of XML documents in requests, and the error for a document that exceeds them. */

export interface XmlLimits {
  /** Maximum size in characters (UTF-16 code units). */
  readonly size: number;
  /** Maximum nesting of elements. */
  readonly depth: number;
  readonly elements: number;
  /** Attributes of all elements together, namespace declarations included. */
  readonly attributes: number;
  readonly attributesPerElement: number;
  /** Namespace declarations in the whole document. */
  readonly namespaces: number;
  /** Prefixes in scope of one element; they are copied for each declaration. */
  readonly prefixes: number;
  /** Characters of all tags together. */
  readonly tagCharacters: number;
  /** Characters of an attribute's value. */
  readonly value: number;
  /** Comments, CDATA sections and references (`&amp;`) together. */
  readonly pieces: number;
}

/**
 * Metadata of AD FS, Entra ID, Okta and Shibboleth has fewer than 200 elements, 12 levels and 20 namespaces; each
 * additional certificate adds four elements. IAM accepts at most ten million characters.
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

/** `forbidden`: constructs that XML allows and this parser does not: document types, processing instructions, custom entities. */
type XmlErrorCode = 'too-large' | 'too-deep' | 'too-many' | 'forbidden' | 'not-xml';

/** Thrown by all functions of this folder; the message is a predicate without a subject: "nests deeper than 64 elements". */
export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly code: XmlErrorCode;

  constructor(code: XmlErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}
