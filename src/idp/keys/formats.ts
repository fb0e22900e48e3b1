/** The formats in which issuers publish keys: kid formats as rows, and the JWK. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { defined } from '../../kernel/defined.ts';
import type { PublishedKey } from '../../kernel/issuer-keys.ts';
import { JWS_ALGORITHMS } from '../../kernel/jws-algorithms.ts';
import type { KidFormat } from '../presets/row.ts';
import type { Algorithm } from '../types.ts';

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

/** SHA-256 thumbprint of a public key (RFC 7638), base64url: 43 characters. */
async function thumbprint({ publicKey }: KidInput): Promise<string> {
  const { calculateJwkThumbprint } = await import('jose/jwk/thumbprint');
  return calculateJwkThumbprint(publicKey);
}

export const x5tOf = (certificate: Buffer): string => digest('sha1', certificate).toString('base64url');

function uuidOf(marks: KidInput): string {
  const hex = digest('sha256', spki(marks)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The kid format of AWS's outbound issuers: `RSA_0`, `EC384_0`. */
function numbered(marks: KidInput): string {
  const { kty, crv } = JWS_ALGORITHMS[marks.alg];
  return `${kty === 'RSA' ? 'RSA' : `EC${crv?.slice(2) ?? ''}`}_${marks.generation}`;
}

/** Formats that need a certificate fall back to the thumbprint for keys without one. */
const KID_FORMATS: Readonly<Record<KidFormat, (marks: KidInput) => string | Promise<string>>> = {
  'certificate-sha1': marks =>
    marks.certificate === undefined
      ? thumbprint(marks)
      : digest('sha1', marks.certificate).toString('hex').toUpperCase(),
  x5t: marks => (marks.certificate === undefined ? thumbprint(marks) : x5tOf(marks.certificate)),
  thumbprint,
  'sha1-hex': marks => digest('sha1', spki(marks)).toString('hex'),
  uuid: uuidOf,
  numbered,
  fixed: marks => marks.fixed ?? thumbprint(marks),
};

export const kidOf = async (form: KidFormat, marks: KidInput): Promise<string> => KID_FORMATS[form](marks);

/** A public key as a JWK of a key set. */
export async function toJwk(
  publicKey: KeyObject,
  alg: Algorithm | undefined,
  kid: string,
  certificate: { readonly der: Buffer; readonly x5c: boolean; readonly x5t: boolean } | undefined,
): Promise<PublishedKey> {
  const { exportJWK } = await import('jose/key/export');
  return Object.freeze({
    ...(await exportJWK(publicKey)),
    ...defined({ alg }),
    use: 'sig',
    kid,
    ...(certificate?.x5c === true ? { x5c: [certificate.der.toString('base64')] } : {}),
    ...(certificate?.x5t === true ? { x5t: x5tOf(certificate.der) } : {}),
  });
}

export const publicKeyOf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);
