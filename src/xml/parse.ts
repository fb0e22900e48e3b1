/** Parses an XML document to a tree of elements with resolved namespaces, after a scan for limits and forbidden constructs. */
import { createRequire } from 'node:module';
import { XML_LIMITS, XmlError, type XmlLimits } from './limits.ts';
import { restoreTexts, scanXml } from './scan.ts';

interface XmlName {
  /** Qualified name, with its prefix. */
  readonly name: string;
  readonly local: string;
  /** URI of the namespace; empty for no namespace. */
  readonly namespace: string;
}

interface XmlAttribute extends XmlName {
  readonly value: string;
}

export interface XmlElement extends XmlName {
  /** Attributes, namespace declarations included. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** The text of the element without its child elements; empty if it is only whitespace. */
  readonly text: string;
}

/** Parses a document; throws XmlError. */
export function parseXml(text: string, limits: XmlLimits = XML_LIMITS): XmlElement {
  const { skeleton, texts } = scanXml(text, limits);
  const { root, names } = parsed(skeleton);
  return elementOf(root, PREDEFINED, { names: names.values(), texts, limits });
}

/** The value of an attribute; by default of an attribute without a namespace. */
export const attributeOf = (element: XmlElement, local: string, namespace = ''): string | undefined =>
  element.attributes.find(attribute => attribute.local === local && attribute.namespace === namespace)?.value;

export const isNamed = (element: XmlName, local: string, namespace: string): boolean =>
  element.local === local && element.namespace === namespace;

/** All descendants of an element, in document order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  for (const child of element.children) {
    yield child;
    yield* descendants(child);
  }
}

/** An element as xml2js returns it: all children under one key, so that they keep their order; names are kept separately. */
interface Raw {
  readonly $?: Readonly<Record<string, string>>;
  readonly '#text'?: string;
  readonly '#child'?: readonly Raw[];
}

const OPTIONS = {
  charkey: '#text',
  explicitCharkey: true,
  emptyTag: () => ({}),
  explicitRoot: false,
  async: false,
};

interface Parsed {
  readonly root: Raw;
  /** Names of all elements, in the order of their start tags. */
  readonly names: readonly string[];
}

/** xml2js reports an error by its callback, by throwing, or both; the first error is used. */
function parsed(skeleton: string): Parsed {
  // Loaded on first use: most instances never parse XML.
  const { parseString } = createRequire(import.meta.url)('xml2js') as typeof import('xml2js');
  const errors: unknown[] = [];
  let root: Raw | undefined;
  const names: string[] = [];
  const flattenName = (name: string): string => {
    names.push(name);
    return '#child';
  };
  try {
    parseString(
      skeleton,
      { ...OPTIONS, tagNameProcessors: [flattenName] },
      (error: Error | null, result: Raw | undefined) => {
        if (error === null) root = result;
        else errors.push(error);
      },
    );
  } catch (error) {
    errors.push(error);
  }
  const [error] = errors;
  if (error !== undefined) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new XmlError('not-xml', `is not XML: ${reason}`, { cause: error });
  }
  if (root === undefined) throw new XmlError('not-xml', 'is not XML: it contains no element');
  return { root, names };
}

/** Namespaces by prefix; the default namespace has the empty prefix. */
type Scope = ReadonlyMap<string, string>;

interface Reading {
  readonly names: Iterator<string>;
  readonly texts: readonly string[];
  readonly limits: XmlLimits;
}

/** Prefixes that are bound without a declaration (Namespaces in XML 1.0 §3). */
const PREDEFINED: Scope = new Map([
  ['', ''],
  ['xml', 'http://www.w3.org/XML/1998/namespace'],
]);
const XMLNS = 'http://www.w3.org/2000/xmlns/';

function elementOf(raw: Raw, outer: Scope, reading: Reading): XmlElement {
  const name: unknown = reading.names.next().value;
  const written = Object.entries(raw.$ ?? {});
  const scope = scopeOf(written, outer, reading.limits);
  const attributes = written.map(([name, value]) => attributeIn(name, value, scope));
  refuseRepeated(attributes);
  const prefix = prefixOf(String(name));
  return {
    name: String(name),
    local: localOf(String(name), prefix),
    namespace: namespaceOf(prefix, scope),
    attributes,
    children: (raw['#child'] ?? []).map(child => elementOf(child, scope, reading)),
    text: ownText(raw, reading),
  };
}

/** Refuses attributes with equal expanded names; their qualified names differ, but two prefixes may have one namespace. */
function refuseRepeated(attributes: readonly XmlAttribute[]): void {
  if (attributes.length < 2) return;
  const names = new Set(attributes.map(({ local, namespace }) => `${namespace} ${local}`));
  if (names.size < attributes.length) throw new XmlError('not-xml', 'is not XML: an element has a duplicate attribute');
}

function ownText(raw: Raw, { texts }: Reading): string {
  const text = restoreTexts(raw['#text'] ?? '', texts);
  return /\S/.test(text) ? text : '';
}

/** The namespaces in scope of an element. */
function scopeOf(attributes: readonly (readonly [string, string])[], outer: Scope, { prefixes }: XmlLimits): Scope {
  const declared = attributes.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, uri] of declared) scope.set(name.slice('xmlns:'.length), uri);
  if (scope.size > prefixes) throw new XmlError('too-many', `has more than ${prefixes} namespace prefixes in scope`);
  return scope;
}

/** Attributes without a prefix are in no namespace (Namespaces in XML 1.0 §6.2). */
function attributeIn(name: string, value: string, scope: Scope): XmlAttribute {
  const prefix = prefixOf(name);
  if (name === 'xmlns' || prefix === 'xmlns') return { name, local: localOf(name, prefix), namespace: XMLNS, value };
  return { name, local: localOf(name, prefix), namespace: prefix === '' ? '' : namespaceOf(prefix, scope), value };
}

const prefixOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')));

function localOf(name: string, prefix: string): string {
  const local = prefix === '' ? name : name.slice(prefix.length + 1);
  if (local === '' || local.includes(':')) throw new XmlError('not-xml', 'is not XML: a name has too many colons');
  return local;
}

function namespaceOf(prefix: string, scope: Scope): string {
  const namespace = scope.get(prefix);
  if (namespace !== undefined) return namespace;
  throw new XmlError('not-xml', 'is not XML: a name has an undeclared namespace prefix');
}
