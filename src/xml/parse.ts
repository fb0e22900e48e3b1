/** An XML document as a tree of elements with their namespaces resolved: scanned within its limits first, then parsed. */
import { createRequire } from 'node:module';
import { XML_LIMITS, XmlError, type XmlLimits } from './limits.ts';
import { restored, scanXml } from './scan.ts';

export interface XmlName {
  /** As written, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** URI of the namespace; empty when there is none. */
  readonly namespace: string;
}

export interface XmlAttribute extends XmlName {
  readonly value: string;
}

export interface XmlElement extends XmlName {
  /** Declarations of namespaces among them. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** The text of the element itself, without that of its children; empty when it is blank. */
  readonly text: string;
}

/** Reads a document; throws XmlError. */
export function parseXml(text: string, limits: XmlLimits = XML_LIMITS): XmlElement {
  const { skeleton, texts } = scanXml(text, limits);
  return elementOf(parsed(skeleton), PREDEFINED, { texts, limits });
}

/** The value of an attribute; of one without a prefix when no namespace is given. */
export const attributeOf = (element: XmlElement, local: string, namespace = ''): string | undefined =>
  element.attributes.find(attribute => attribute.local === local && attribute.namespace === namespace)?.value;

export const isNamed = (element: XmlName, local: string, namespace: string): boolean =>
  element.local === local && element.namespace === namespace;

/** All elements below one, in the order of the document. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  for (const child of element.children) {
    yield child;
    yield* descendants(child);
  }
}

/** An element as xml2js gives it. No name of XML contains `#` or `$`, so none can take the place of these members. */
interface Raw {
  readonly '#name': string;
  readonly '#text'?: string;
  readonly $?: Readonly<Record<string, string>>;
  readonly $$?: readonly Raw[];
}

const OPTIONS = {
  charkey: '#text',
  explicitChildren: true,
  preserveChildrenOrder: true,
  explicitRoot: false,
  async: false,
};

/** xml2js tells an error by its callback, by throwing, or by both; the first one counts. */
function parsed(skeleton: string): Raw {
  // Loaded when first needed: most instances never see XML.
  const { parseString } = createRequire(import.meta.url)('xml2js') as typeof import('xml2js');
  const errors: unknown[] = [];
  let root: Raw | undefined;
  try {
    parseString(skeleton, OPTIONS, (error: Error | null, result: Raw | undefined) => {
      if (error === null) root = result;
      else errors.push(error);
    });
  } catch (error) {
    errors.push(error);
  }
  const [error] = errors;
  if (error !== undefined) {
    const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new XmlError('not-xml', `is not XML: ${said}`, { cause: error });
  }
  if (root === undefined) throw new XmlError('not-xml', 'is not XML: it has no element');
  return root;
}

/** Namespaces by prefix; the default one stands under the empty prefix. */
type Scope = ReadonlyMap<string, string>;

interface Reading {
  readonly texts: readonly string[];
  readonly limits: XmlLimits;
}

/** Bound without a declaration (Namespaces in XML 1.0 §3). */
const PREDEFINED: Scope = new Map([
  ['', ''],
  ['xml', 'http://www.w3.org/XML/1998/namespace'],
]);
const XMLNS = 'http://www.w3.org/2000/xmlns/';

function elementOf(raw: Raw, outer: Scope, reading: Reading): XmlElement {
  const written = Object.entries(raw.$ ?? {});
  const scope = scopeOf(written, outer, reading.limits);
  const attributes = written.map(([name, value]) => ({ ...attributeName(name, scope), value }));
  const names = new Set(attributes.map(({ local, namespace }) => `${namespace} ${local}`));
  if (names.size < attributes.length) throw new XmlError('not-xml', 'is not XML: an element has one attribute twice');
  return {
    ...nameIn(raw['#name'], scope),
    attributes,
    children: (raw.$$ ?? []).map(child => elementOf(child, scope, reading)),
    text: ownText(raw, reading),
  };
}

function ownText(raw: Raw, { texts }: Reading): string {
  const text = restored(raw['#text'] ?? '', texts);
  return /\S/.test(text) ? text : '';
}

/** The namespaces inside an element. */
function scopeOf(attributes: readonly (readonly [string, string])[], outer: Scope, { prefixes }: XmlLimits): Scope {
  const declared = attributes.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, uri] of declared) scope.set(name.slice('xmlns:'.length), uri);
  if (scope.size > prefixes) throw new XmlError('too-many', `binds more than ${prefixes} prefixes at one place`);
  return scope;
}

/** Attributes without a prefix are in no namespace (Namespaces in XML 1.0 §6.2). */
function attributeName(name: string, scope: Scope): XmlName {
  if (name === 'xmlns') return { name, local: name, namespace: XMLNS };
  if (name.startsWith('xmlns:')) return { name, local: name.slice('xmlns:'.length), namespace: XMLNS };
  return name.includes(':') ? nameIn(name, scope) : { name, local: name, namespace: '' };
}

function nameIn(name: string, scope: Scope): XmlName {
  const [prefix = '', local, ...more] = name.includes(':') ? name.split(':') : ['', name];
  const namespace = scope.get(prefix);
  if (namespace === undefined || local === undefined || local === '' || more.length > 0)
    throw new XmlError('not-xml', 'is not XML: a name has a prefix that no namespace is declared for');
  return { name, local, namespace };
}
