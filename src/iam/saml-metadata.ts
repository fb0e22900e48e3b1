/** SAML metadata documents: what IAM checks when a provider is registered, and what an assertion is checked against. */
import { createRequire } from 'node:module';
import { invalidInput } from './errors.ts';

export interface SamlMetadata {
  readonly entityId: string;
  /** Signing certificates of the identity provider, base64 DER without white space. */
  readonly certificates: readonly string[];
}

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

/** An element as xml2js gives it with namespaces and children in order. */
interface Element {
  readonly $ns: { readonly local: string; readonly uri: string };
  readonly $?: Readonly<Record<string, { readonly value: string }>>;
  readonly $$?: readonly Element[];
  readonly _?: string;
}

/** Reads the metadata of one identity provider; throws InvalidInput as AWS does, the fault in its detail. */
export function readSamlMetadata(text: string): SamlMetadata {
  if (text.includes('<!DOCTYPE')) throw unreadable('a document type declaration');
  const root = parse(text);
  if (!isNamed(root, 'EntityDescriptor', METADATA)) throw unreadable('the root is not an EntityDescriptor');
  const entityId = root.$?.['entityID']?.value ?? '';
  if (entityId === '') throw unreadable('the EntityDescriptor has no entityID');
  const descriptor = children(root).find(child => isNamed(child, 'IDPSSODescriptor', METADATA));
  if (descriptor === undefined) throw unreadable('there is no IDPSSODescriptor');
  const certificates = children(descriptor)
    .filter(child => isNamed(child, 'KeyDescriptor', METADATA) && child.$?.['use']?.value !== 'encryption')
    .flatMap(key => descendants(key).filter(child => isNamed(child, 'X509Certificate', SIGNATURE)))
    .map(certificate => (certificate._ ?? '').replace(/\s+/g, ''))
    .filter(certificate => certificate !== '');
  if (certificates.length === 0) throw unreadable('there is no signing certificate');
  return { entityId, certificates };
}

const unreadable = (detail: string) => invalidInput('Could not parse metadata.', { detail, reason: 'saml-metadata' });

function parse(text: string): Element {
  // Loaded when first needed: most instances never see SAML.
  const { parseString } = createRequire(import.meta.url)('xml2js') as typeof import('xml2js');
  let root: Element | undefined;
  let fault: Error | null = null;
  const options = {
    xmlns: true,
    explicitChildren: true,
    preserveChildrenOrder: true,
    explicitRoot: false,
    async: false,
  };
  parseString(text, options, (error: Error | null, result: Element | undefined) => {
    fault ??= error;
    root = result;
  });
  if (fault !== null || root === undefined || typeof root !== 'object') throw unreadable('the document is not XML');
  return root;
}

const isNamed = (element: Element, local: string, uri: string): boolean =>
  element.$ns?.local === local && element.$ns.uri === uri;

const children = (element: Element): readonly Element[] => element.$$ ?? [];

/** All elements below one, outermost first; metadata is at most 10 MB and xml2js has bounded its depth by parsing it. */
function descendants(element: Element): readonly Element[] {
  const found: Element[] = [];
  const waiting = [...children(element)];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    found.push(next);
    waiting.push(...children(next));
  }
  return found;
}
