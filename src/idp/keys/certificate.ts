/** A minimal self-signed certificate for an RSA key, as issuers publish in `x5c`: X.509 version 1 in DER (RFC 5280 §4.1). */
import { createHash, type KeyObject, sign } from 'node:crypto';

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = Buffer.from([0x05, 0x00]);
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;

/** OBJECT IDENTIFIERs, tag and length included: sha256WithRSAEncryption, and commonName. */
const SHA256_WITH_RSA = Buffer.from('06092a864886f70d01010b', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

const YEAR = 365 * 24 * 3600 * 1000;
/** From this time on (epoch milliseconds), RFC 5280 §4.1.2.5 requires GeneralizedTime. */
const YEAR_2050 = Date.UTC(2050, 0, 1);

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  const isLate = at >= YEAR_2050;
  return der(isLate ? GENERALIZED_TIME : UTC_TIME, Buffer.from(`${isLate ? digits : digits.slice(2)}Z`));
}

const name = (commonName: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName)))));

const RSA_SIGNATURE = der(SEQUENCE, SHA256_WITH_RSA, NULL);

/**
 * A certificate for a public key, signed by an RSA key, valid from one year before to one year after `now` (epoch
 * milliseconds). The serial number is derived from the public key, so a key always has the same serial number.
 */
export function createCertificate(publicKey: KeyObject, signer: KeyObject, commonName: string, now: number): Buffer {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = der(
    SEQUENCE,
    der(INTEGER, serial),
    RSA_SIGNATURE,
    name(commonName),
    der(SEQUENCE, time(now - YEAR), time(now + YEAR)),
    name(commonName),
    spki,
  );
  const signature = sign('sha256', body, signer);
  return der(SEQUENCE, body, RSA_SIGNATURE, der(BIT_STRING, Buffer.from([0]), signature));
}
