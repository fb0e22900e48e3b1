/** The formats in which issuers publish keys: kid formats as rows, and the JWK. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { defined } from '../../kernel/defined.ts';
import type { PublishedKey } from '../../kernel/issuer-keys.ts';
import { table } from '../../kernel/table.ts';
import type { KidFormat } from '../presets/row.ts';
import type { Algorithm } from '../types.ts';
import { ALGORITHMS } from './algorithms.ts';

interface KidInput {
  readonly publicKey: KeyObject;
  readonly alg: Algorithm;
  readonly certificate: Buffer | undefined;
  readonly fixed: string | undefined;
  /** Number of keys of this algorithm that the issuer had before. */
  readonly generation: number;
}

const spki = (marks: KidInput): Buffer => marks.publicKey.export({ format: 'der', type: 'spki' });
const digest = (algorithm: string, bytes: Buffer): Buffer => createHash(algorithm).update(bytes).digest();

const jwkOf = (publicKey: KeyObject): Readonly<Record<string, unknown>> => publicKey.export({ format: 'jwk' });

/** Members of the thumbprint by kty, in lexicographic order (RFC 7638 §3.2, RFC 8037 §2). */
const REQUIRED_MEMBERS: Readonly<Record<string, readonly string[]>> = table({
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
});

/** SHA-256 thumbprint of a public key, base64url: 43 characters. */
function thumbprint(publicKey: KeyObject): string {
  const jwk = jwkOf(publicKey);
  const members = REQUIRED_MEMBERS[String(jwk['kty'])] ?? [];
  const text = JSON.stringify(Object.fromEntries(members.map(name => [name, jwk[name]])));
  return createHash('sha256').update(text).digest('base64url');
}

export const x5tOf = (certificate: Buffer): string => digest('sha1', certificate).toString('base64url');

function uuidOf(marks: KidInput): string {
  const hex = digest('sha256', spki(marks)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The kid format of AWS's outbound issuers: `RSA_0`, `EC384_0`. */
function numbered(marks: KidInput): string {
  const row = ALGORITHMS[marks.alg];
  return `${row.kty === 'RSA' ? 'RSA' : `EC${row.curve?.slice(2) ?? ''}`}_${marks.generation}`;
}

/** Formats that need a certificate fall back to the thumbprint for keys without one. */
const KID_FORMATS: Readonly<Record<KidFormat, (marks: KidInput) => string>> = {
  'certificate-sha1': marks =>
    marks.certificate === undefined
      ? thumbprint(marks.publicKey)
      : digest('sha1', marks.certificate).toString('hex').toUpperCase(),
  x5t: marks => (marks.certificate === undefined ? thumbprint(marks.publicKey) : x5tOf(marks.certificate)),
  thumbprint: marks => thumbprint(marks.publicKey),
  'sha1-hex': marks => digest('sha1', spki(marks)).toString('hex'),
  uuid: uuidOf,
  numbered,
  fixed: marks => marks.fixed ?? thumbprint(marks.publicKey),
};

export const kidOf = (form: KidFormat, marks: KidInput): string => KID_FORMATS[form](marks);

/** A public key as a JWK of a key set. */
export function toJwk(
  publicKey: KeyObject,
  alg: Algorithm | undefined,
  kid: string,
  certificate: { readonly der: Buffer; readonly x5c: boolean; readonly x5t: boolean } | undefined,
): PublishedKey {
  return Object.freeze({
    ...jwkOf(publicKey),
    ...defined({ alg }),
    use: 'sig',
    kid,
    ...(certificate?.x5c === true ? { x5c: [certificate.der.toString('base64')] } : {}),
    ...(certificate?.x5t === true ? { x5t: x5tOf(certificate.der) } : {}),
  });
}

export const publicKeyOf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);
