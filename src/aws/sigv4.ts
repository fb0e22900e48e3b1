/** Verifies Signature Version 4, by header or presigned query, with AWS's order of checks and messages. */
import { hash, timingSafeEqual } from 'node:crypto';
import { type HmacKey, hmac, hmacKey } from '../kernel/hmac.ts';
import { type AwsError, signatureDoesNotMatch } from './error.ts';
import { canonicalRequest, type SignedRequest } from './sigv4-canonical.ts';
import { ALGORITHM, formatBasic, type LastSignature, parseSignature, type SignatureParts } from './sigv4-parse.ts';

const WINDOW_MS = 15 * 60 * 1000;
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SIGNING_KEYS = 1000;
/** Maximum length of a region whose keys are cached: the region is not verified yet and may be any text. */
const MAX_REGION_LENGTH = 64;

/** What the credential scope must match. */
interface Expected {
  /** The called service; the credential scope must contain it. */
  readonly service: string;
  /** The region of the endpoint's real name; undefined accepts any region. */
  readonly region: string | undefined;
}

/** Returns the signing key for a secret and scope; caches the most recent ones. */
export type SigningKeys = (secret: string, scope: SignatureParts) => HmacKey;

/** Creates a bounded cache of signing keys: deriving the key of a day, region and service costs four HMACs. */
export function createSigningKeys(limit = SIGNING_KEYS): SigningKeys {
  const keys = new Map<string, HmacKey>();
  return (secret, { date, region, service }) => {
    const name = `${date}/${region}/${service}/${secret}`;
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = [date, region, service, 'aws4_request'].reduce(narrowed, hmacKey(Buffer.from(`AWS4${secret}`)));
    if (region.length > MAX_REGION_LENGTH) return key;
    keys.set(name, key);
    const oldest = keys.size > limit ? keys.keys().next() : undefined;
    if (oldest?.done === false) keys.delete(oldest.value);
    return key;
  };
}

const narrowed = (key: HmacKey, text: string): HmacKey => hmacKey(Buffer.from(hmac(key, text, 'hex'), 'hex'));

/**
 * Verifies the signature of a request and returns the signing principal. In AWS's order (github.com/justincormack/argmin): a signature exists
 * (MissingAuthenticationToken), is complete (IncompleteSignature), date and scope are valid (SignatureDoesNotMatch),
 * `lookup` knows key and token (InvalidClientTokenId, ExpiredToken), the signature matches (SignatureDoesNotMatch).
 * `now` is real time, epoch milliseconds: clients sign with their own clock. X-Amz-Expires is ignored, as in STS: a
 * presigned call is valid for the same 15 minutes.
 */
export function verifySignature<T extends { readonly secret: string }>(
  request: SignedRequest & { readonly body: Buffer },
  expected: Expected,
  lookup: (accessKeyId: string, sessionToken: string | undefined) => T,
  signingKeys: SigningKeys,
  last: LastSignature,
  now: number,
): T {
  const parts = parseSignature(request.headers, request.query, last);
  assertDate(parts, now);
  assertScope(parts, expected);
  const resolved = lookup(parts.accessKeyId, parts.sessionToken);
  const payloadHash = request.body.length === 0 ? EMPTY_HASH : sha256(request.body);
  const declared = request.headers.get('x-amz-content-sha256');
  if (declared !== undefined && declared !== payloadHash) {
    throw mismatch(
      declared === 'UNSIGNED-PAYLOAD'
        ? 'The header x-amz-content-sha256 is UNSIGNED-PAYLOAD, which STS and IAM do not accept.'
        : 'The header x-amz-content-sha256 is not the hash of the received body.',
    );
  }
  const canonical = canonicalRequest(request, parts.signedHeaders, payloadHash);
  if (canonical === undefined) throw mismatch('A header listed in SignedHeaders is not in the request.');
  const { date, region, service, terminator, timestamp } = parts;
  // Header values have one character per byte, so Latin-1 restores the signed bytes.
  const digest = sha256(Buffer.from(canonical, 'latin1'));
  const toSign = `${ALGORITHM}\n${timestamp}\n${date}/${region}/${service}/${terminator}\n${digest}`;
  const signature = hmac(signingKeys(resolved.secret, parts), toSign, 'hex');
  if (!sameText(signature, parts.signature))
    throw mismatch('The signature was computed for a different request or with a different secret key.');
  return resolved;
}

const sha256 = (bytes: Buffer): string => hash('sha256', bytes, 'hex');

const mismatch = (detail: string): AwsError =>
  signatureDoesNotMatch(undefined, { detail, reason: 'signature-mismatch' });

/** Compares in constant time. */
function sameText(wanted: string, given: string): boolean {
  const a = Buffer.from(wanted);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}

function assertDate({ timestamp, signedAt }: SignatureParts, now: number): void {
  const second = Math.floor(now / 1000) * 1000;
  if (signedAt < second - WINDOW_MS) {
    const limit = formatBasic(second - WINDOW_MS);
    throw signatureDoesNotMatch(
      `Signature expired: ${timestamp} is now earlier than ${limit} (${formatBasic(second)} - 15 min.)`,
      { reason: 'signature-expired' },
    );
  }
  if (signedAt > second + WINDOW_MS) {
    const limit = formatBasic(second + WINDOW_MS);
    throw signatureDoesNotMatch(
      `Signature not yet current: ${timestamp} is still later than ${limit} (${formatBasic(second)} + 15 min.)`,
      { reason: 'signature-in-future' },
    );
  }
}

/** Reports all errors of the scope, each text with a trailing space. STS has not printed the region since 2022. */
function assertScope(parts: SignatureParts, expected: Expected): void {
  const { date, region, service, terminator, timestamp } = parts;
  const day = timestamp.slice(0, 8);
  const errors = [
    expected.region !== undefined && region !== expected.region
      ? 'Credential should be scoped to a valid region. '
      : '',
    service === expected.service ? '' : `Credential should be scoped to correct service: '${expected.service}'. `,
    terminator === 'aws4_request'
      ? ''
      : `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `,
    date === day
      ? ''
      : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${timestamp}'. `,
  ].join('');
  if (errors !== '') throw signatureDoesNotMatch(errors, { reason: 'credential-scope' });
  if (!parts.signedHeaders.includes('host')) {
    throw signatureDoesNotMatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", {
      reason: 'unsigned-host',
    });
  }
}
