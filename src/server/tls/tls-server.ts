/** HTTPS beside HTTP: the same application under the names of AWS and of the issuers, each with a certificate made when it is asked for. */

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
import { type Authority, type AuthorityFiles, authorityFromFiles, newAuthority } from './authority.ts';

export type { Authority } from './authority.ts';

/** The authority of the configuration, or a new one that lives as long as the process. Throws ConfigError for a bad file. */
export const openAuthority = (files: AuthorityFiles | undefined, now: number): Authority =>
  files === undefined ? newAuthority(now) : authorityFromFiles(files, now);

export interface TlsParts {
  readonly app: FastifyInstance;
  readonly authority: Authority;
  /** Names that get a certificate of their own: those the application answers for. */
  hostAllowed(host: string): boolean;
  /** Told of clients that ended the handshake, in a sentence. */
  onRefusal(sentence: string): void;
}

export interface TlsServer {
  readonly authority: Authority;
  /** Rejects with the system's error when the address cannot be opened. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Stops listening; calls under way are answered first. */
  close(): Promise<void>;
}

/** A server that hands every request to the application; it listens when it is told to. */
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
    if (sentence !== undefined) parts.onRefusal(sentence);
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
const EVERYWHERE = new Set(['0.0.0.0', '::']);

/** Names of the certificate for clients that name no host: loopback, and the addresses that are listened on. */
function ownNames(host: string): [string, ...string[]] {
  const addresses = EVERYWHERE.has(host)
    ? Object.values(networkInterfaces()).flatMap(all => (all ?? []).map(({ address }) => address))
    : [host].filter(candidate => isIP(candidate) !== 0);
  return [...LOOPBACK, ...addresses.filter(address => !LOOPBACK.includes(address))];
}

/** Certificates kept; the one longest unused goes first. */
const MOST_KEPT = 128;
/** Characters of a DNS name (RFC 1035 §2.3.4). */
const LONGEST_NAME = 253;

/** The certificate of a name, made once; undefined (the one for localhost) for a name that is not answered. */
function createSecureContexts(authority: Authority, hostAllowed: (host: string) => boolean) {
  const kept = new Map<string, SecureContext>();
  return (asked: string): SecureContext | undefined => {
    const name = hostName(asked);
    if (name === undefined || name.length > LONGEST_NAME || !hostAllowed(name)) return undefined;
    const context = kept.get(name) ?? createSecureContext(authority.issue([name]));
    kept.delete(name);
    kept.set(name, context);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return context;
  };
}

const REFUSALS: Readonly<Record<string, string>> = table({
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'a client does not trust the certificate authority; "rolecall ca" shows how it would',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    'a client does not accept the certificate; "rolecall ca" shows how it would trust the authority',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'a client does not accept the certificate; "rolecall ca" shows how it would trust the authority',
  ERR_SSL_HTTP_REQUEST: 'a client spoke HTTP to the port of HTTPS',
});

const refusalOf = (error: Error): string | undefined => ('code' in error ? REFUSALS[String(error.code)] : undefined);

/** Milliseconds between looks at connections that have become idle. */
const IDLE_CHECK = 50;

/** Connections that stay open for a next call are closed as soon as their last call is answered. */
async function close(server: Server): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK);
  try {
    await new Promise<void>(resolve => server.close(() => resolve()));
  } finally {
    clearInterval(idle);
  }
}
