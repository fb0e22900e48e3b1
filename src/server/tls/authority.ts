/** The certificate authority for HTTPS, created in memory or read from files; issues certificate chains by host name. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '../../config/config-error.ts';
import { defined } from '../../kernel/defined.ts';
import { newEcKey } from '../../kernel/new-key.ts';
import { table } from '../../kernel/table.ts';
import {
  authorityExtensions,
  authorityFacts,
  authorityKeyIdentifier,
  canSign,
  certificatePem,
  distinguishedName,
  keyIdentifier,
  type Signer,
  serverExtensions,
} from './certificate.ts';

/** A server's private key, and its certificate with the whole chain including the root, in PEM. */
interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  /** The certificates that clients must trust, in PEM. */
  readonly pem: string;
  /** SHA-1 of the last certificate in each served chain, in IAM's thumbprint format: 40 lower-case hexadecimal digits. */
  readonly thumbprint: string;
  /** Creates a key and a certificate chain for a server with these DNS names and IP addresses. */
  issue(names: readonly [string, ...string[]]): ServerCertificate;
}

/** The files of a configured certificate authority. */
export interface AuthorityFiles {
  readonly cert: string;
  readonly key: string;
}

const DAY = 86_400_000;
/**
 * Clients verify certificates against their own clock, which the movable clock does not change, so validity is based on
 * real time. A server certificate is valid from 400 days before to 400 days after now: less than the 825 days that
 * Apple's verifier allows, and enough for a client whose clock was moved as well. Authorities: ten years each way.
 */
const SERVER_SPAN = 400 * DAY;
const AUTHORITY_SPAN = 3650 * DAY;

interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

const validityAround = (now: number, span: number): Validity => ({ notBefore: now - span, notAfter: now + span });
const intersect = (inner: Validity, outer: Validity): Validity => ({
  notBefore: Math.max(inner.notBefore, outer.notBefore),
  notAfter: Math.min(inner.notAfter, outer.notAfter),
});

function newKeys() {
  const privateKey = newEcKey('P-256');
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A signing authority, its validity, and the certificates that follow in the chains it issues. */
interface Issuer extends Signer {
  readonly validity: Validity;
  readonly chain: string;
}

/** Creates a root and an intermediate authority; `now` is real time in epoch milliseconds. */
export function createAuthority(now: number): Authority {
  const { publicKey, privateKey } = newKeys();
  const id = keyIdentifier(publicKey);
  const validity = validityAround(now, AUTHORITY_SPAN);
  const name = distinguishedName(`Rolecall Root CA ${Buffer.from(id, 'latin1').toString('hex', 0, 4)}`);
  const self = { name, key: privateKey, keyIdentifier: id };
  const extensions = authorityExtensions(publicKey, undefined);
  const pem = certificatePem({ subject: name, publicKey, ...validity, extensions }, self);
  return authority(intermediate({ ...self, validity, chain: pem }, now), pem, now);
}

/** Creates an intermediate authority that signs server certificates for the root, as public authorities do. */
function intermediate(root: Issuer, now: number): Issuer {
  const { publicKey, privateKey } = newKeys();
  const id = keyIdentifier(publicKey);
  const name = distinguishedName(`Rolecall Issuing CA ${Buffer.from(id, 'latin1').toString('hex', 0, 4)}`);
  const validity = intersect(validityAround(now, AUTHORITY_SPAN), root.validity);
  const extensions = [...authorityExtensions(publicKey, 0), authorityKeyIdentifier(root)];
  const pem = certificatePem({ subject: name, publicKey, ...validity, extensions }, root);
  return { name, key: privateKey, keyIdentifier: id, validity, chain: pem + root.chain };
}

function authority(issuer: Issuer, pem: string, now: number): Authority {
  const validity = intersect(validityAround(now, SERVER_SPAN), issuer.validity);
  return {
    pem,
    thumbprint: thumbprintOf(certificatesIn(issuer.chain).at(-1) ?? ''),
    issue(names) {
      const { publicKey, privateKey } = newKeys();
      const extensions = [...serverExtensions(publicKey, names), authorityKeyIdentifier(issuer)];
      const content = { subject: distinguishedName(names[0]), publicKey, ...validity, extensions };
      return {
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certificatePem(content, issuer) + issuer.chain,
      };
    },
  };
}

const thumbprintOf = (pem: string): string => createHash('sha1').update(new X509Certificate(pem).raw).digest('hex');

/** The certificates of a PEM text, one PEM text each. */
const certificatesIn = (pem: string): string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[\w+/=\s]+-----END CERTIFICATE-----/g)?.map(one => `${one}\n`) ?? [];

/**
 * Reads the configured authority; if its pathLenConstraint is 0, it signs server certificates itself.
 * Throws ConfigError for an unreadable or invalid file. `now` is real time in epoch milliseconds.
 */
export function readAuthority(files: AuthorityFiles, now: number): Authority {
  const { certificate, chain } = readCertificates(files.cert, now);
  const key = readKey(files.key);
  if (!certificate.checkPrivateKey(key)) refuse('key', `${files.key} is not the private key of ${files.cert}`);
  const { pathLength, ...signingFacts } = authorityFacts(certificate.raw, certificate.publicKey);
  const validity = { notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
  const issuer = { ...signingFacts, key, validity, chain };
  return authority(pathLength === 0 ? issuer : intermediate(issuer, now), chain, now);
}

function readCertificates(file: string, now: number): { certificate: X509Certificate; chain: string } {
  const found = certificatesIn(readFile('cert', file));
  if (found.length === 0) refuse('cert', `${file} does not contain a PEM certificate`);
  const [certificate] = found.map(one => parseCertificate(one, file));
  if (certificate === undefined) throw new TypeError('no certificate');
  if (!certificate.ca) {
    refuse('cert', `the certificate in ${file} is not a certificate authority (basicConstraints CA is not true)`);
  }
  if (Date.parse(certificate.validTo) <= now) {
    refuse('cert', `the certificate in ${file} expired on ${certificate.validTo}`);
  }
  if (Date.parse(certificate.validFrom) > now) {
    refuse('cert', `the certificate in ${file} is not valid before ${certificate.validFrom}`);
  }
  return { certificate, chain: found.join('') };
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    return refuse('cert', `a certificate in ${file} cannot be parsed`, error);
  }
}

function readKey(file: string): KeyObject {
  const contents = readFile('key', file);
  let key: KeyObject;
  try {
    key = createPrivateKey(contents);
  } catch (error) {
    const isLocked = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(contents);
    const why = isLocked
      ? 'is encrypted with a passphrase; use a key without a passphrase'
      : 'does not contain a PEM private key';
    return refuse('key', `${file} ${why}`, error);
  }
  if (!canSign(key)) refuse('key', `${file} contains a key of type ${key.asymmetricKeyType}; use an RSA or EC key`);
  return key;
}

const MAX_BYTES = 1024 * 1024;

const UNREADABLE: Readonly<Record<string, string>> = table({
  ENOENT: 'the file does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
});

function readFile(place: keyof AuthorityFiles, file: string): string {
  try {
    if (statSync(file).size <= MAX_BYTES) return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return refuse(place, `cannot read ${file}: ${UNREADABLE[code] ?? code}`, error);
  }
  return refuse(place, `${file} is larger than ${MAX_BYTES} bytes`);
}

function refuse(place: keyof AuthorityFiles, message: string, cause?: unknown): never {
  throw new ConfigError(
    [{ source: 'configuration', path: `/tls/certificateAuthority/${place}`, message }],
    defined({ cause }),
  );
}
