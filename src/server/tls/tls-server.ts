/** The HTTPS server: serves the same application, with a certificate per host name (SNI) that is issued on first use. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { table } from '../../kernel/table.ts';
import { HEADER_LIMIT } from '../app.ts';
import { hostName } from '../hosts.ts';
import { type Authority, type AuthorityFiles, createAuthority, readAuthority } from './authority.ts';

export type { Authority } from './authority.ts';

/** The configured certificate authority, or a new one for this process. Throws ConfigError for an invalid file. */
export const openAuthority = (files: AuthorityFiles | undefined, now: number): Authority =>
  files === undefined ? createAuthority(now) : readAuthority(files, now);

interface TlsParts {
  readonly app: FastifyInstance;
  readonly authority: Authority;
  /** Whether a host name gets its own certificate: the hosts that the application serves. */
  hostAllowed(host: string): boolean;
  /** Called with a sentence when a client aborts the TLS handshake. */
  onHandshakeError(sentence: string): void;
}

export interface TlsServer {
  readonly authority: Authority;
  /** Rejects with the system error when it cannot listen on the address. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Stops listening, after the running requests are answered. */
  close(): Promise<void>;
}

/** Creates a server that passes every request to the application; it does not listen yet. */
export function createTlsServer(parts: TlsParts): TlsServer {
  const { app, authority } = parts;
  const contextOf = createSecureContexts(authority, parts.hostAllowed);
  const { requestTimeout, keepAliveTimeout } = app.server;
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT,
    requestTimeout,
    keepAliveTimeout,
    SNICallback: (name, done) => {
      try {
        done(null, contextOf(name));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  server.on('request', (request, response) => app.server.emit('request', request, response));
  server.on('clientError', (error, socket) => app.server.emit('clientError', error, socket));
  server.on('tlsClientError', error => {
    const sentence = refusalOf(error);
    if (sentence !== undefined) parts.onHandshakeError(sentence);
  });
  return {
    authority,
    async listen(host, port) {
      server.setSecureContext(authority.issue(ownNames(host)));
      server.listen({ host, port });
      await once(server, 'listening');
      return server.address() as AddressInfo;
    },
    close: () => close(server),
  };
}

const LOOPBACK: readonly [string, ...string[]] = ['localhost', '127.0.0.1', '::1'];
const ANY_ADDRESS = new Set(['0.0.0.0', '::']);

/** Names in the certificate for clients without SNI: loopback names and the listening addresses. */
function ownNames(host: string): [string, ...string[]] {
  const addresses = ANY_ADDRESS.has(host)
    ? Object.values(networkInterfaces()).flatMap(all => (all ?? []).map(({ address }) => address))
    : [host].filter(candidate => isIP(candidate) !== 0);
  return [...LOOPBACK, ...addresses.filter(address => !LOOPBACK.includes(address))];
}

/** Maximum number of cached certificates; the least recently used is dropped first. */
const MAX_CACHED = 128;
/** Maximum length of a DNS name (RFC 1035 §2.3.4). */
const MAX_NAME_LENGTH = 253;

/** Creates the cache of certificates by name; undefined (the default certificate) for a host that is not allowed. */
function createSecureContexts(authority: Authority, hostAllowed: (host: string) => boolean) {
  const kept = new Map<string, SecureContext>();
  return (requested: string): SecureContext | undefined => {
    const name = hostName(requested);
    if (name === undefined || name.length > MAX_NAME_LENGTH || !hostAllowed(name)) return undefined;
    const context = kept.get(name) ?? createSecureContext(authority.issue([name]));
    kept.delete(name);
    kept.set(name, context);
    const [oldest] = kept.keys();
    if (kept.size > MAX_CACHED && oldest !== undefined) kept.delete(oldest);
    return context;
  };
}

const REFUSALS: Readonly<Record<string, string>> = table({
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    'a client does not trust the certificate authority; run "rolecall ca" to see how to trust it',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    'a client does not accept the certificate; run "rolecall ca" to see how to trust the certificate authority',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'a client does not accept the certificate; run "rolecall ca" to see how to trust the certificate authority',
  ERR_SSL_HTTP_REQUEST: 'a client sent an HTTP request to the HTTPS port',
});

const refusalOf = (error: Error): string | undefined => ('code' in error ? REFUSALS[String(error.code)] : undefined);

/** Interval in milliseconds at which idle connections are closed. */
const IDLE_CHECK = 50;

/** Closes the server; keep-alive connections are closed as soon as they are idle. */
async function close(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK);
  try {
    await new Promise<void>(resolve => server.close(() => resolve()));
  } finally {
    clearInterval(idle);
  }
}
