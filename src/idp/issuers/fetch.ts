/** Fetches a JSON document from a remote server: address check, no redirects, time and size limits, certificate chain. */
import { createHash } from 'node:crypto';
import { type LookupAddress, lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { checkServerIdentity, type DetailedPeerCertificate, type SecureContext, TLSSocket } from 'node:tls';
import { bareHost, kindOfAddress } from '../../kernel/address.ts';
import { isObject, JsonError, readJson } from '../../kernel/json.ts';

type FetchFailure = 'unreachable' | 'timeout' | 'bad-status' | 'bad-document' | 'too-large' | 'private-address';

/** A failed fetch; the message is one sentence with the URL and the response or error. */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly reason: FetchFailure;

  constructor(reason: FetchFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

interface FetchOptions {
  readonly allowPrivate: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Trusted certificate authorities; undefined: Node's own trust store. */
  readonly secureContext: SecureContext | undefined;
}

/** SHA-1 fingerprints of an untrusted chain, lower-case hex, leaf first; undefined if the chain is trusted. */
export type UntrustedChain = readonly string[] | undefined;

interface Fetched {
  readonly document: Readonly<Record<string, unknown>>;
  readonly chain: UntrustedChain;
}

const MAX_CHAIN_LENGTH = 10;

/** Fetches a JSON document. Throws FetchError, also when the signal aborts it. */
export async function fetchJson(url: URL, options: FetchOptions): Promise<Fetched> {
  refuseLiteral(url, options);
  const response = await open(url, options);
  const chain = response.socket instanceof TLSSocket ? untrustedChain(response.socket, url) : undefined;
  const text = await readBody(response, url, options);
  return { document: parse(text, url), chain };
}

function refuse(url: URL, address: string, options: FetchOptions): FetchError | undefined {
  const kind = kindOfAddress(address);
  if (kind === 'never') {
    return new FetchError(
      'private-address',
      `${url.host} has the link-local or reserved address ${address}; fetches from such addresses are never allowed`,
    );
  }
  if (kind === 'public' || options.allowPrivate) return undefined;
  const remedy = 'to allow it, set allowPrivateNetwork on the issuer';
  return new FetchError('private-address', `${url.host} has the private address ${address}; ${remedy}`);
}

/** Checks a host that is an IP address, because it is not looked up. */
function refuseLiteral(url: URL, options: FetchOptions): void {
  const host = bareHost(url.hostname);
  const refused = isIP(host) === 0 ? undefined : refuse(url, host, options);
  if (refused !== undefined) throw refused;
}

/** Checks the resolved address and connects to exactly this address, so that a second DNS answer has no effect. */
function checkedLookup(url: URL, options: FetchOptions): LookupFunction {
  return (hostname, lookupOptions, done) => {
    lookup(hostname, { all: true, family: lookupOptions.family ?? 0 }, (error, addresses: LookupAddress[]) => {
      const refused =
        error ?? addresses.map(found => refuse(url, found.address, options)).find(found => found !== undefined);
      const [first] = addresses ?? [];
      if (refused !== undefined || first === undefined)
        done(refused ?? new Error('the host name has no address'), '', 0);
      else if (lookupOptions.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function open(url: URL, options: FetchOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const isTls = url.protocol === 'https:';
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      agent: false,
      lookup: checkedLookup(url, options),
      signal: options.signal,
      headers: { accept: 'application/json', 'user-agent': 'rolecall', connection: 'close' },
      // The chain is verified after the TLS handshake, because a registered thumbprint may make it trusted.
      ...(isTls ? { rejectUnauthorized: false, secureContext: options.secureContext } : {}),
    });
    request.once('response', resolve);
    request.once('error', error => reject(failure(error, url, options)));
    request.end();
  });
}

function failure(error: unknown, url: URL, { signal }: FetchOptions): FetchError {
  if (error instanceof FetchError) return error;
  // An abort during the body looks like a broken connection, so check the signal.
  if (signal.aborted) return new FetchError('timeout', `GET ${url.href} timed out`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : 'unknown error';
  return new FetchError('unreachable', `GET ${url.href} failed: ${message || code}`);
}

async function readBody(response: IncomingMessage, url: URL, options: FetchOptions): Promise<string> {
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    response.destroy();
    const note = status >= 300 && status < 400 ? '; redirects are not followed' : '';
    throw new FetchError('bad-status', `GET ${url.href} returned status ${status}${note}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > options.maxBytes) {
        response.destroy();
        throw new FetchError('too-large', `GET ${url.href} returned more than ${options.maxBytes} bytes`);
      }
      chunks.push(bytes);
    }
  } catch (error) {
    throw failure(error, url, options);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** JSON limits; a key set of a thousand keys has ten thousand members. The bytes are already limited. */
const DOCUMENT = { depth: 32, values: 50_000 } as const;

function parse(text: string, url: URL): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = readJson(text, { ...DOCUMENT, size: text.length });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const answered = error.code === 'not-json' ? 'did not return JSON' : `returned JSON that ${error.message}`;
    throw new FetchError('bad-document', `GET ${url.href} ${answered}`);
  }
  if (isObject(document)) return document;
  throw new FetchError('bad-document', `GET ${url.href} returned JSON that is not an object`);
}

/** Refuses a certificate for another name, whatever its chain; returns the fingerprints of an untrusted chain. */
function untrustedChain(socket: TLSSocket, url: URL): UntrustedChain {
  const leaf = socket.getPeerCertificate(true);
  const mismatch = checkServerIdentity(bareHost(url.hostname), leaf);
  if (mismatch !== undefined) throw new FetchError('unreachable', `GET ${url.href} failed: ${mismatch.message}`);
  if (socket.authorized) return undefined;
  const fingerprints: string[] = [];
  let certificate: DetailedPeerCertificate | undefined = leaf;
  while (certificate !== undefined && fingerprints.length < MAX_CHAIN_LENGTH) {
    fingerprints.push(createHash('sha1').update(certificate.raw).digest('hex'));
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer === undefined || issuer.raw.equals(certificate.raw) ? undefined : issuer;
  }
  return fingerprints;
}
