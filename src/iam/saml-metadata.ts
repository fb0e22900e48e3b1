/** SAML metadata documents: validation when a provider is registered, and the data to verify assertions. */

import { XmlError } from '../xml/limits.ts';
import { attributeOf, descendants, isNamed, parseXml, type XmlElement } from '../xml/parse.ts';
import { invalidInput } from './errors.ts';

interface SamlMetadata {
  readonly entityId: string;
  /** Signing certificates of the identity provider, base64 DER without whitespace. */
  readonly certificates: readonly string[];
}

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

/** Parses the metadata of one identity provider. Throws InvalidInput like AWS, with the error in its detail. */
export function parseSamlMetadata(text: string): SamlMetadata {
  const root = rootOf(text);
  if (!isNamed(root, 'EntityDescriptor', METADATA))
    throw invalidMetadata('The root element is not an EntityDescriptor.');
  const entityId = attributeOf(root, 'entityID') ?? '';
  if (entityId === '') throw invalidMetadata('The EntityDescriptor has no entityID.');
  const descriptor = root.children.find(child => isNamed(child, 'IDPSSODescriptor', METADATA));
  if (descriptor === undefined) throw invalidMetadata('There is no IDPSSODescriptor.');
  const certificates = descriptor.children
    .filter(child => isNamed(child, 'KeyDescriptor', METADATA) && attributeOf(child, 'use') !== 'encryption')
    .flatMap(key => [...descendants(key)].filter(child => isNamed(child, 'X509Certificate', SIGNATURE)))
    .map(certificate => certificate.text.replace(/\s+/g, ''))
    .filter(certificate => certificate !== '');
  if (certificates.length === 0) throw invalidMetadata('There is no signing certificate.');
  return { entityId, certificates };
}

const invalidMetadata = (detail: string) =>
  invalidInput('Could not parse metadata.', { detail, reason: 'saml-metadata' });

function rootOf(text: string): XmlElement {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof XmlError) throw invalidMetadata(`The document ${error.message}.`);
    throw error;
  }
}
