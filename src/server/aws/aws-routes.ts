/** The AWS endpoint in fastify: passes raw requests to the pipeline, sends its replies, and applies CORS. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { AwsError, accessDenied, internalFailure, requestEntityTooLarge, validationError } from '../../aws/error.ts';
import { isSigned } from '../../aws/sigv4-parse.ts';
import type { WireReply, WireRequest } from '../../aws/wire.ts';
import { isForeignNavigation } from '../../kernel/web-origin.ts';
import type { KnownHosts } from '../hosts.ts';

/** The pipeline, as the server uses it. */
export interface AwsEndpoint {
  /** Answers one AWS request, synchronously if possible; never throws or rejects. */
  answer(request: WireRequest): WireReply | Promise<WireReply>;
  /** The reply for a request that the server refuses. */
  refuse(request: WireRequest, error: AwsError): WireReply;
}

/** CORS: the response headers that pages may read, and the request headers that they may send. */
const EXPOSED = { 'access-control-expose-headers': 'x-amzn-requestid, x-rolecall-decision' };
const UNSIGNED =
  'content-type, accept, amz-sdk-invocation-id, amz-sdk-request, x-amz-user-agent, x-amz-content-sha256, x-amz-date';
const SIGNED = `${UNSIGNED}, authorization, x-amz-security-token, x-amz-target`;
const preflight = (headers: string): Readonly<Record<string, string>> => ({
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': headers,
  'access-control-max-age': '86400',
});

const EMPTY = Buffer.alloc(0);

/**
 * CORS headers for a request from a page. Unsigned calls are allowed from every origin (browser applications federate
 * too), calls signed by header or query from the allowed origins only. Undefined: no CORS headers, the page cannot read.
 */
function corsOf(
  { headers, method }: FastifyRequest,
  query: string,
  allowed: ReadonlySet<string>,
): Readonly<Record<string, string>> | undefined {
  const { origin } = headers;
  if (origin === undefined) return undefined;
  if (allowed.has(origin)) {
    const own = { 'access-control-allow-origin': origin, vary: 'Origin', ...EXPOSED };
    return method === 'OPTIONS' ? { ...own, ...preflight(SIGNED) } : own;
  }
  if (isSigned(headers.authorization, query)) return undefined;
  const open = { 'access-control-allow-origin': '*', vary: 'Origin', ...EXPOSED };
  return method === 'OPTIONS' ? { ...open, ...preflight(UNSIGNED) } : open;
}

/** Refuses a signed call that a page of another origin sent or navigated to: every page knows the default credentials. */
function refuseCrossOrigin({ headers }: FastifyRequest, query: string, allowed: ReadonlySet<string>): void {
  if (!isForeignNavigation(headers, allowed) || !isSigned(headers.authorization, query)) return;
  const page = headers.origin === undefined ? 'a page of another origin' : `the origin ${headers.origin}`;
  throw accessDenied(`Rolecall refuses signed calls from ${page}; to allow an origin, add it to allowedOrigins.`);
}

/** The plugin for `/`: passes every method and media type to the pipeline, so that malformed requests get an AWS error. */
export const awsRoutes =
  (
    { answer, refuse }: AwsEndpoint,
    hosts: KnownHosts,
    allowedOrigins: ReadonlySet<string>,
    onError: (error: unknown, requestId: string) => void,
  ): FastifyPluginAsync =>
  async app => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.setErrorHandler(async (error, request, reply) => {
      const shown = awsErrorOf(error);
      if (shown.status >= 500) onError(error, request.id);
      return send(refuse(wireRequest(request, reply, hosts), shown), request, reply);
    });
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
      url: '/',
      // Not async, and without a returned reply: most calls are answered synchronously, and a promise would cost more.
      handler: (request, reply): void | Promise<void> => {
        const wire = wireRequest(request, reply, hosts);
        const cors = corsOf(request, wire.query, allowedOrigins);
        if (cors !== undefined) {
          reply.headers(cors);
          if (request.method === 'OPTIONS') return void reply.code(204).send();
        }
        refuseCrossOrigin(request, wire.query, allowedOrigins);
        if (isBrowser(request, wire)) return void reply.redirect('/_rolecall/console/');
        const answered = answer(wire);
        if (!(answered instanceof Promise)) return void send(answered, request, reply);
        return answered.then(replied => void send(replied, request, reply));
      },
    });
  };

function send({ status, headers, body, dropped }: WireReply, request: FastifyRequest, reply: FastifyReply) {
  if (dropped === true) {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }
  return reply.code(status).headers(headers).send(payloadOf(headers['Content-Type'], body));
}

/** JSON as bytes, because fastify adds a charset to a JSON string; undefined for a redirect, which has no media type. */
function payloadOf(contentType: string | undefined, body: string): string | Buffer | undefined {
  if (contentType === 'text/xml') return body;
  return contentType === undefined ? undefined : Buffer.from(body);
}

/** Whether a browser navigates to `/` on a host that is not an AWS endpoint. */
const isBrowser = ({ headers }: FastifyRequest, { method, query, endpoint }: WireRequest): boolean =>
  method === 'GET' && query === '' && endpoint === undefined && headers.accept?.includes('text/html') === true;

function wireRequest(request: FastifyRequest, reply: FastifyReply, hosts: KnownHosts): WireRequest {
  const { url = '/', rawHeaders, method = 'GET' } = request.raw;
  const cut = url.indexOf('?');
  return {
    requestId: request.id,
    method,
    path: cut === -1 ? url : url.slice(0, cut),
    query: cut === -1 ? '' : url.slice(cut + 1),
    rawHeaders,
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    sourceIp: sourceIp(request),
    secure: request.protocol === 'https',
    endpoint: hosts.get(request.headers.host)?.endpoint,
    connection: reply.raw,
  };
}

/** The peer's address; an IPv4-mapped IPv6 address as IPv4, the form that policies use. */
export const sourceIp = (request: FastifyRequest): string => {
  const { ip } = request;
  return ip.startsWith('::ffff:') ? ip.slice(7) : ip;
};

/** The properties of a client that have condition keys. */
export const clientOf = (request: FastifyRequest) => ({
  sourceIp: sourceIp(request),
  userAgent: request.headers['user-agent'] ?? '',
  secure: request.protocol === 'https',
});

/** Converts fastify's own errors (body too large, malformed length) to AWS errors. */
function awsErrorOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return requestEntityTooLarge('The request body is larger than 1 MiB.');
  if (status >= 400 && status < 500) return validationError(error instanceof Error ? error.message : undefined);
  return internalFailure(undefined, { cause: error });
}
