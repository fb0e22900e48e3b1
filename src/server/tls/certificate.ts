/**
 * X.509 certificates (RFC 5280) of servers and authorities, and of issuers' keys: encoded with node-forge, of which only the
 * ASN.1 part is loaded, and signed with node:crypto by an RSA or EC key.
 */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import type forge from 'node-forge';
import asn1 from 'node-forge/lib/asn1.js';
import { ipv6Bytes } from '../../kernel/address.ts';
import { secretBytes } from '../../kernel/seal.ts';
import { table } from '../../kernel/table.ts';

const { Class, Type } = asn1;
type Asn1 = forge.asn1.Asn1;

/** The signing authority: the subject of its certificate, its key, and the key identifier (one character per byte). */
export interface Signer {
  readonly name: Asn1;
  readonly key: KeyObject;
  readonly keyIdentifier: string;
}

interface CertificateContent {
  readonly subject: Asn1;
  readonly publicKey: KeyObject;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Asn1[];
}

const node = (type: forge.asn1.Type, value: string | Asn1[]): Asn1 =>
  asn1.create(Class.UNIVERSAL, type, typeof value !== 'string', value);
const tagged = (tag: number, value: string | Asn1[]): Asn1 =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag, typeof value !== 'string', value);
const sequence = (...parts: Asn1[]): Asn1 => node(Type.SEQUENCE, parts);
const oid = (dotted: string): Asn1 => node(Type.OID, asn1.oidToDer(dotted).getBytes());
/** A BIT STRING of whole octets. */
const bits = (bytes: string): Asn1 => node(Type.BITSTRING, `\0${bytes}`);
/** node-forge represents bytes as text, one character per byte. */
const text = (bytes: Buffer): string => bytes.toString('latin1');
const bytesOf = (part: Asn1): Buffer => Buffer.from(asn1.toDer(part).getBytes(), 'latin1');

/** From this time on (epoch milliseconds), RFC 5280 §4.1.2.5 requires GeneralizedTime. */
const YEAR_2050 = Date.UTC(2050, 0, 1);

function time(at: number): Asn1 {
  const date = new Date(at);
  return at < YEAR_2050
    ? node(Type.UTCTIME, asn1.dateToUtcTime(date))
    : node(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
}

/** A distinguished name of organization and common name; a common name has at most 64 characters (RFC 5280 A.1). */
export const distinguishedName = (commonName: string): Asn1 =>
  sequence(attribute(ORGANIZATION, 'Rolecall'), attribute(COMMON_NAME, commonName.slice(0, 64)));

const ORGANIZATION = '2.5.4.10';
const COMMON_NAME = '2.5.4.3';

const attribute = (type: string, value: string): Asn1 =>
  node(Type.SET, [sequence(oid(type), node(Type.UTF8, text(Buffer.from(value))))]);

/** The uncompressed point of an EC P-256 key. */
function point(key: KeyObject): string {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return `\x04${text(Buffer.concat([Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]))}`;
}

/** SHA-1 of the public key's bits (RFC 5280 §4.2.1.2, method 1). */
export const keyIdentifier = (key: KeyObject): string => text(createHash('sha1').update(point(key), 'latin1').digest());

/** AlgorithmIdentifier of SHA-256 signatures, by type of the signing key. */
const SIGNATURES: Readonly<Record<string, () => Asn1>> = table({
  ec: () => sequence(oid('1.2.840.10045.4.3.2')),
  rsa: () => sequence(oid('1.2.840.113549.1.1.11'), node(Type.NULL, '')),
});

/** Whether a private key can sign certificates here: RSA or EC. */
export const canSign = (key: KeyObject): boolean =>
  key.asymmetricKeyType !== undefined && SIGNATURES[key.asymmetricKeyType] !== undefined;

/** Creates a certificate in PEM with a random serial number. */
export const certificatePem = (content: CertificateContent, by: Signer): string =>
  pem(certificate(content, by, secretBytes(16)));

/**
 * Creates the certificate of an issuer's key, as issuers publish it in `x5c`: version 1, and its common name is issuer and
 * subject. The serial number is derived from the public key, so that the same content gives the same certificate.
 */
export function issuerCertificate(
  content: Omit<CertificateContent, 'subject' | 'extensions'> & {
    readonly signer: KeyObject;
    readonly commonName: string;
  },
): Buffer {
  const subject = sequence(attribute(COMMON_NAME, content.commonName));
  const serial = createHash('sha256').update(spki(content.publicKey)).digest().subarray(0, 16);
  return certificate({ ...content, subject, extensions: [] }, { name: subject, key: content.signer }, serial);
}

const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });

/** A certificate in DER; without extensions it is of version 1, which is not written (RFC 5280 §4.1.2.1). */
function certificate(content: CertificateContent, by: Pick<Signer, 'name' | 'key'>, serialBytes: Buffer): Buffer {
  const algorithm = SIGNATURES[by.key.asymmetricKeyType ?? ''];
  if (algorithm === undefined)
    throw new TypeError(`a key of type ${by.key.asymmetricKeyType} cannot sign certificates`);
  const serial = Buffer.from(serialBytes);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const { extensions } = content;
  const body = sequence(
    ...(extensions.length === 0 ? [] : [tagged(0, [node(Type.INTEGER, '\x02')])]),
    node(Type.INTEGER, text(serial)),
    algorithm(),
    by.name,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    asn1.fromDer(text(spki(content.publicKey))),
    ...(extensions.length === 0 ? [] : [tagged(3, [sequence(...extensions)])]),
  );
  const signature = sign('sha256', bytesOf(body), by.key);
  return bytesOf(sequence(body, algorithm(), bits(text(signature))));
}

/** RFC 7468: base64 in lines of 64. */
function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const extension = (id: string, isCritical: boolean, value: Asn1): Asn1 =>
  sequence(
    oid(id),
    ...(isCritical ? [node(Type.BOOLEAN, '\xff')] : []),
    node(Type.OCTETSTRING, asn1.toDer(value).getBytes()),
  );

const BASIC_CONSTRAINTS = '2.5.29.19';
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';

/** Extensions of an authority's certificate; `below` is its pathLenConstraint, undefined for none. */
export const authorityExtensions = (publicKey: KeyObject, pathLength: number | undefined): Asn1[] => [
  extension(
    BASIC_CONSTRAINTS,
    true,
    sequence(
      node(Type.BOOLEAN, '\xff'),
      ...(pathLength === undefined ? [] : [node(Type.INTEGER, asn1.integerToDer(pathLength).getBytes())]),
    ),
  ),
  // keyCertSign and cRLSign: bits 5 and 6, one bit unused.
  extension('2.5.29.15', true, node(Type.BITSTRING, '\x01\x06')),
  subjectKeyIdentifier(publicKey),
];

/** Extensions of a server's certificate; `names` are DNS names and IP addresses. */
export const serverExtensions = (publicKey: KeyObject, names: readonly string[]): Asn1[] => [
  extension(BASIC_CONSTRAINTS, true, sequence()),
  // digitalSignature: bit 0, seven bits unused.
  extension('2.5.29.15', true, node(Type.BITSTRING, '\x07\x80')),
  extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
  extension('2.5.29.17', false, sequence(...names.map(alternativeName))),
  subjectKeyIdentifier(publicKey),
];

/** Identifies the signing key, for chains in which several authorities have the same name. */
export const authorityKeyIdentifier = ({ keyIdentifier }: Signer): Asn1 =>
  extension('2.5.29.35', false, sequence(tagged(0, keyIdentifier)));

const subjectKeyIdentifier = (publicKey: KeyObject): Asn1 =>
  extension(SUBJECT_KEY_IDENTIFIER, false, node(Type.OCTETSTRING, keyIdentifier(publicKey)));

const alternativeName = (name: string): Asn1 => (isIP(name) === 0 ? tagged(2, name) : tagged(7, addressBytes(name)));

/** The 4 or 16 octets of an IP address, without its zone. */
function addressBytes(address: string): string {
  const octets = isIP(address) === 4 ? address.split('.').map(Number) : ipv6Bytes(address.split('%', 1)[0] ?? '');
  return String.fromCharCode(...octets);
}

interface AuthorityFacts {
  readonly name: Asn1;
  /** From its certificate; else SHA-1 of the key: any value works that is the same in all certificates. */
  readonly keyIdentifier: string;
  /** pathLenConstraint: maximum number of authorities below it; undefined: unlimited. */
  readonly pathLength: number | undefined;
}

/** Reads what certificates issued by an authority must repeat, from its certificate; node:crypto has validated it. */
export function authorityFacts(der: Buffer, publicKey: KeyObject): AuthorityFacts {
  const body = children(children(asn1.fromDer(text(der)))[0]);
  const name = body[5];
  if (name === undefined) throw new TypeError('a certificate without a subject');
  const extensions = new Map<string, Asn1>();
  const list = body.find(part => part.tagClass === Class.CONTEXT_SPECIFIC && part.type === 3);
  for (const entry of children(children(list)[0])) {
    const [id, ...rest] = children(entry);
    const value = rest.at(-1)?.value;
    if (typeof id?.value === 'string' && typeof value === 'string') {
      extensions.set(asn1.derToOid(id.value), asn1.fromDer(value));
    }
  }
  const own = extensions.get(SUBJECT_KEY_IDENTIFIER)?.value;
  const [, length] = children(extensions.get(BASIC_CONSTRAINTS));
  return {
    name,
    keyIdentifier: typeof own === 'string' ? own : text(createHash('sha1').update(spki(publicKey)).digest()),
    pathLength: typeof length?.value === 'string' ? asn1.derToInteger(length.value) : undefined,
  };
}

const children = (part: Asn1 | undefined): readonly Asn1[] => (Array.isArray(part?.value) ? part.value : []);
