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
  const { root, names } = parsed(skeleton);
  return elementOf(root, PREDEFINED, { names: names.values(), texts, limits });
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

/** An element as xml2js gives it, all children under one name, so that they keep their order; their own names are told apart. */
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
  /** Names of all elements, in the order in which they open. */
  readonly names: readonly string[];
}

/** xml2js tells an error by its callback, by throwing, or by both; the first one counts. */
function parsed(skeleton: string): Parsed {
  // Loaded when first needed: most instances never see XML.
  const { parseString } = createRequire(import.meta.url)('xml2js') as typeof import('xml2js');
  const errors: unknown[] = [];
  let root: Raw | undefined;
  const names: string[] = [];
  const underOneName = (name: string): string => {
    names.push(name);
    return '#child';
  };
  try {
    parseString(
      skeleton,
      { ...OPTIONS, tagNameProcessors: [underOneName] },
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
    const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new XmlError('not-xml', `is not XML: ${said}`, { cause: error });
  }
  if (root === undefined) throw new XmlError('not-xml', 'is not XML: it has no element');
  return { root, names };
}

/** Namespaces by prefix; the default one stands under the empty prefix. */
type Scope = ReadonlyMap<string, string>;

interface Reading {
  readonly names: Iterator<string>;
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

/** By their names as written they differ; two prefixes may stand for one namespace. */
function refuseRepeated(attributes: readonly XmlAttribute[]): void {
  if (attributes.length < 2) return;
  const names = new Set(attributes.map(({ local, namespace }) => `${namespace} ${local}`));
  if (names.size < attributes.length) throw new XmlError('not-xml', 'is not XML: an element has one attribute twice');
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
function attributeIn(name: string, value: string, scope: Scope): XmlAttribute {
  const prefix = prefixOf(name);
  if (name === 'xmlns' || prefix === 'xmlns') return { name, local: localOf(name, prefix), namespace: XMLNS, value };
  return { name, local: localOf(name, prefix), namespace: prefix === '' ? '' : namespaceOf(prefix, scope), value };
}

const prefixOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')));

function localOf(name: string, prefix: string): string {
  const local = prefix === '' ? name : name.slice(prefix.length + 1);
  if (local === '' || local.includes(':')) throw new XmlError('not-xml', 'is not XML: a name has a colon too many');
  return local;
}

function namespaceOf(prefix: string, scope: Scope): string {
  const namespace = scope.get(prefix);
  if (namespace !== undefined) return namespace;
  throw new XmlError('not-xml', 'is not XML: a name has a prefix that no namespace is declared for');
}
