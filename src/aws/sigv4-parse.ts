/** Parses the parts of a Signature Version 4, from the Authorization header or a presigned query. */
import { LastValue } from '../kernel/last-value.ts';
import { type AwsError, incompleteSignature, missingAuthenticationToken } from './error.ts';
import { decodePairs } from './form.ts';
import { type Headers, trimWhitespace } from './headers.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** `KEY/DATE/REGION/SERVICE/TERM`. */
interface CredentialScope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

export interface SignatureParts extends CredentialScope {
  readonly accessKeyId: string;
  /** Lower-case header names, sorted. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDD'T'HHMMSS'Z'`. */
  readonly timestamp: string;
  /** Epoch milliseconds of `timestamp`. */
  readonly signedAt: number;
  readonly sessionToken: string | undefined;
}

/**
 * The service and region of the credential scope, unverified: enough to select a service. Undefined without a credential
 * scope.
 */
export function scopeOf(authorization: string | undefined, query: string, last: LastSignature): Scope | undefined {
  return last.scope.get(credentialOf(authorization, query));
}

/** The access key ID of the credential scope, unverified; undefined without a credential scope. */
export const claimedKeyId = (authorization: string | undefined, query: string): string | undefined =>
  credentialOf(authorization, query)?.split('/', 1)[0] || undefined;

const credentialOf = (authorization: string | undefined, query: string): string | undefined =>
  (authorization === undefined ? undefined : /Credential=([^,\s]*)/.exec(authorization)?.[1]) ??
  (query === '' ? undefined : /(?:^|&)X-Amz-Credential=([^&]*)/.exec(query)?.[1]?.replace(/%2[Ff]/g, '/'));

interface Scope {
  readonly service: string;
  readonly region: string;
}

/**
 * The parts of the last signature. A client uses the same credential scope for a whole day, signs the same headers in every
 * call, and sends many calls in the same second.
 */
export interface LastSignature {
  readonly scope: LastValue<string | undefined, Scope | undefined>;
  readonly signedHeaders: LastValue<string, readonly string[]>;
  readonly date: LastValue<string, SignedAt>;
}

export const createLastSignature = (): LastSignature => ({
  scope: new LastValue(readScope),
  signedHeaders: new LastValue(readSignedHeaders),
  date: new LastValue(readDate),
});

function readScope(credential: string | undefined): Scope | undefined {
  if (credential === undefined) return undefined;
  const [, , region = '', service = ''] = credential.split('/');
  return /^[a-z0-9-]{1,40}$/.test(region) && /^[a-z0-9-]{1,40}$/.test(service) ? { service, region } : undefined;
}

const isPresigned = (query: string): boolean => /(?:^|&)X-Amz-(?:Signature|Credential|Algorithm)=/.test(query);

/** Whether a request has a signature in either form, valid or not: anything that parseSignature would parse. */
export const isSigned = (authorization: string | undefined, query: string): boolean =>
  authorization !== undefined || isPresigned(query);

/**
 * Parses the signature of a request. Throws MissingAuthenticationToken if there is none, IncompleteSignature if parts
 * are missing or malformed; with AWS's messages as recorded in scratchstack-aws-signature.
 */
export function parseSignature(headers: Headers, query: string, last: LastSignature): SignatureParts {
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return parseHeader(authorization, headers, last);
  if (isPresigned(query)) return parsePresigned(query, last);
  throw missingAuthenticationToken(undefined, {
    reason: 'no-credentials',
    detail:
      'The request is not signed: it has neither an Authorization header nor the query parameters of a signature.',
  });
}

/** Replaces quoted parts of the request in decisions: the header may contain a credential of another kind. */
const OMITTED = '…';

function parseHeader(authorization: string, headers: Headers, last: LastSignature): SignatureParts {
  const space = authorization.indexOf(' ');
  const algorithm = space === -1 ? authorization : authorization.slice(0, space);
  const given = new Map<string, string>();
  for (const piece of space === -1 ? [] : authorization.slice(space).split(',')) {
    const part = trimWhitespace(piece);
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals === -1) {
      const message = (shown: string, header: string): string =>
        `'${shown}' not a valid key=value pair (missing equal-sign) in Authorization header: '${header}'.`;
      throw incompleteSignature(message(part, authorization), { recordedMessage: message(OMITTED, OMITTED) });
    }
    if (!given.has(part.slice(0, equals))) given.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const credential = given.get('Credential') ?? '';
  const signature = given.get('Signature') ?? '';
  const signedHeaders = given.get('SignedHeaders') ?? '';
  const date = headers.get('x-amz-date') ?? headers.get('date') ?? '';
  if (credential === '' || signature === '' || signedHeaders === '' || date === '') {
    throw partsMissing({ credential, signature, signedHeaders, date }, authorization);
  }
  const sessionToken = headers.get('x-amz-security-token');
  return assemble({ algorithm, credential, signature, signedHeaders, date, sessionToken }, last);
}

function partsMissing(given: Omit<Given, 'algorithm' | 'sessionToken'>, authorization: string): AwsError {
  const { credential, signature, signedHeaders, date } = given;
  const missing = [
    credential === '' ? "Authorization header requires 'Credential' parameter. " : '',
    signature === '' ? "Authorization header requires 'Signature' parameter. " : '',
    signedHeaders === '' ? "Authorization header requires 'SignedHeaders' parameter. " : '',
    date === '' ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " : '',
  ].join('');
  return incompleteSignature(`${missing}Authorization=${authorization}`, {
    recordedMessage: `${missing}Authorization=${OMITTED}`,
  });
}

const PRESIGNED = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'];

function parsePresigned(query: string, last: LastSignature): SignatureParts {
  const given = new Map<string, string>();
  for (const [name, value] of decodePairs(query)) {
    if (name.startsWith('X-Amz-') && !given.has(name)) given.set(name, value);
  }
  const missing = PRESIGNED.filter(name => (given.get(name) ?? '') === '');
  if (missing.length > 0) {
    const texts = missing.map(name => `AWS query-string parameters must include '${name}'. `).join('');
    throw incompleteSignature(`${texts}Re-examine the query-string parameters.`);
  }
  const [algorithm = '', credential = '', signature = '', signedHeaders = '', date = ''] = PRESIGNED.map(name =>
    given.get(name),
  );
  const sessionToken = given.get('X-Amz-Security-Token');
  return assemble({ algorithm, credential, signature, signedHeaders, date, sessionToken }, last);
}

interface Given {
  readonly algorithm: string;
  readonly credential: string;
  readonly signature: string;
  readonly signedHeaders: string;
  readonly date: string;
  readonly sessionToken: string | undefined;
}

function assemble(given: Given, last: LastSignature): SignatureParts {
  if (given.algorithm !== ALGORITHM) {
    const message = (shown: string): string => `Unsupported AWS 'algorithm': '${shown}'`;
    throw incompleteSignature(message(given.algorithm), { recordedMessage: message(OMITTED) });
  }
  const pieces = given.credential.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = pieces;
  if (pieces.length !== 5) {
    const message = (shown: string): string =>
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${shown}'`;
    throw incompleteSignature(message(given.credential), { recordedMessage: message(OMITTED) });
  }
  const { timestamp, signedAt } = last.date.get(given.date);
  return {
    accessKeyId,
    date,
    region,
    service,
    terminator,
    signedHeaders: last.signedHeaders.get(given.signedHeaders),
    signature: given.signature,
    timestamp,
    signedAt,
    sessionToken: given.sessionToken === '' ? undefined : given.sessionToken,
  };
}

/** Sorted lower-case names. */
const readSignedHeaders = (text: string): readonly string[] => text.toLowerCase().split(';').sort();

type SignedAt = Pick<SignatureParts, 'timestamp' | 'signedAt'>;

/** Parses a date. Throws IncompleteSignature. */
function readDate(date: string): SignedAt {
  const timestamp = basicDate(date);
  const signedAt = timestamp === undefined ? Number.NaN : epochOf(timestamp);
  if (timestamp === undefined || Number.isNaN(signedAt)) throw badDate(date);
  return { timestamp, signedAt };
}

const badDate = (date: string): AwsError =>
  incompleteSignature(
    `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );

/** A date in ISO 8601 basic format; converts the format of the Date header (RFC 9110 §5.6.7). */
function basicDate(date: string): string | undefined {
  if (/^\d{8}T\d{6}Z$/.test(date)) return date;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(date)) return undefined;
  const at = Date.parse(date);
  return Number.isNaN(at) ? undefined : formatBasic(at);
}

/** Epoch milliseconds as `YYYYMMDD'T'HHMMSS'Z'`. */
export const formatBasic = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** Epoch milliseconds; NaN for an invalid day or time. */
function epochOf(basic: string): number {
  const [year, month, day] = [Number(basic.slice(0, 4)), Number(basic.slice(4, 6)), Number(basic.slice(6, 8))];
  const [hour, minute, second] = [Number(basic.slice(9, 11)), Number(basic.slice(11, 13)), Number(basic.slice(13, 15))];
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC converts 31 February to a day in March, and a year below 100 to the twentieth century.
  const date = new Date(at);
  return date.getUTCFullYear() === year && date.getUTCMonth() + 1 === month && date.getUTCDate() === day
    ? at
    : Number.NaN;
}
