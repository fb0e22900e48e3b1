/** Requests in the AWS wire format, unsigned and signed by the SDK's signer. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireReply, WireRequest } from '../../src/aws/dispatch.ts';

export const FORM = 'application/x-www-form-urlencoded';
export const HOST = 'sts.us-east-1.amazonaws.com';

/** Credentials with which the tests sign; AWS's documented example values. */
export const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

const base = { path: '/', query: '', sourceIp: '192.0.2.7', secure: false } as const;

/** `POST /` of a form. */
export const post = (body: string | Buffer, headers: Record<string, string> = {}): WireRequest => ({
  ...base,
  method: 'POST',
  rawHeaders: flat({ host: HOST, 'content-type': FORM, ...headers }),
  body: Buffer.from(body),
});

/** `GET /?query`. */
export const get = (query: string, headers: Record<string, string> = {}): WireRequest => ({
  ...base,
  method: 'GET',
  query,
  rawHeaders: flat({ host: HOST, ...headers }),
  body: Buffer.alloc(0),
});

/** Header names and values, alternating. */
export const flat = (headers: Record<string, string>): string[] => Object.entries(headers).flat();

/** The same for headers that a client sends: Node decodes header bytes as Latin-1. */
const latin1Headers = (headers: Record<string, string>): string[] =>
  flat(headers).map(text => Buffer.from(text, 'utf8').toString('latin1'));

export interface SigningOptions {
  readonly at: number;
  readonly region?: string;
  readonly service?: string;
  readonly sessionToken?: string;
  readonly secretAccessKey?: string;
  readonly headers?: Record<string, string>;
  /** Adds and signs x-amz-content-sha256. */
  readonly declarePayload?: boolean;
}

function signerFor(options: SigningOptions): SignatureV4 {
  const { region = 'us-east-1', service = 'sts', sessionToken, secretAccessKey = KEY.secretAccessKey } = options;
  return new SignatureV4({
    service,
    region,
    sha256: Sha256,
    applyChecksum: options.declarePayload ?? false,
    credentials: { ...KEY, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
}

/** A POST of a form, signed in the Authorization header. */
export async function signedPost(body: string, options: SigningOptions): Promise<WireRequest> {
  const signed = await signerFor(options).sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: HOST,
      path: '/',
      query: {},
      headers: { host: HOST, 'content-type': FORM, ...options.headers },
      body,
    },
    { signingDate: new Date(options.at) },
  );
  return { ...post(body), rawHeaders: latin1Headers(signed.headers) };
}

/** A call with all parameters and the signature in the query string. */
export async function presignedGet(query: Record<string, string>, options: SigningOptions): Promise<WireRequest> {
  const signed = await signerFor(options).presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: HOST,
      path: '/',
      query,
      headers: { host: HOST, ...options.headers },
    },
    { signingDate: new Date(options.at), expiresIn: 900 },
  );
  const pairs = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${percentEncode(name)}=${percentEncode(String(value))}`,
  );
  return { ...get(pairs.join('&')), rawHeaders: latin1Headers(signed.headers) };
}

const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The request with one header replaced, or removed if `value` is undefined. */
export function withHeader(request: WireRequest, name: string, value: string | undefined): WireRequest {
  const rawHeaders: string[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [header = '', old = ''] = request.rawHeaders.slice(at, at + 2);
    if (header.toLowerCase() !== name.toLowerCase()) rawHeaders.push(header, old);
  }
  if (value !== undefined) rawHeaders.push(name, value);
  return { ...request, rawHeaders };
}

/** The value of a header; empty if the header is absent. */
export function headerOf(request: WireRequest, name: string): string {
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === name.toLowerCase()) return request.rawHeaders[at + 1] ?? '';
  }
  return '';
}

/** Status, code and message of an XML error reply. */
export const errorOf = (reply: WireReply): [number, string | undefined, string | undefined] => [
  reply.status,
  /<Code>(.*)<\/Code>/.exec(reply.body)?.[1],
  /<Message>(.*)<\/Message>/.exec(reply.body)?.[1],
];
