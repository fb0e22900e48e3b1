/** The AWS wire in fastify: raw bytes in, what the pipeline answers out; and which pages may call it. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { AwsError, accessDenied, internalFailure, validationError } from '../../aws/error.ts';
import { isSigned } from '../../aws/sigv4-parse.ts';
import type { WireReply, WireRequest } from '../../aws/wire.ts';
import { isLedByPage } from '../../kernel/web-origin.ts';
import { awsEndpoint, hostName } from '../hosts.ts';
import { awsErrorBody } from './error-body.ts';

/** Answers one AWS request, at once if it can; never throws or rejects. */
export type AwsAnswer = (request: WireRequest) => WireReply | Promise<WireReply>;

/** What pages may read of an answer, and send in a call. */
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
 * CORS headers for a request of a page. Browser applications federate too: unsigned calls may come from every page,
 * signed ones, in either form of a signature, from the allowed origins. Undefined: the page reads nothing.
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

/** A signed call that a page of another origin sent, or led a browser to: anybody's page knows the first credentials. */
function refuseForeign({ headers }: FastifyRequest, query: string, allowed: ReadonlySet<string>): void {
  if (!isLedByPage(headers, allowed) || !isSigned(headers.authorization, query)) return;
  const page = headers.origin === undefined ? 'a page of another origin' : `the origin ${headers.origin}`;
  throw accessDenied(
    `Rolecall answers no signed call of ${page}; name the origins that may sign in the setting allowedOrigins.`,
  );
}

/** The plugin for `/`: every method and media type ends at the road, so that even nonsense gets an AWS answer. */
export const awsRoutes =
  (
    answer: AwsAnswer,
    allowedOrigins: ReadonlySet<string>,
    onError: (error: unknown, requestId: string) => void,
  ): FastifyPluginAsync =>
  async app => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.setErrorHandler(async (error, request, reply) => {
      const shown = awsErrorOf(error);
      if (shown.status >= 500) onError(error, request.id);
      const [mediaType, body] = awsErrorBody(shown, request);
      return reply
        .code(shown.status)
        .headers({ 'content-type': mediaType, 'x-amzn-requestid': request.id })
        .send(payloadOf(mediaType, body));
    });
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
      url: '/',
      // Not async, and without a returned reply: most calls are answered at once, and a promise would cost more than that.
      handler: (request, reply): void | Promise<void> => {
        const wire = wireRequest(request);
        const cors = corsOf(request, wire.query, allowedOrigins);
        if (cors !== undefined) {
          reply.headers(cors);
          if (request.method === 'OPTIONS') return void reply.code(204).send();
        }
        refuseForeign(request, wire.query, allowedOrigins);
        if (isBrowser(request, wire)) return void reply.redirect('/_rolecall/console/');
        const send = ({ status, headers, body }: WireReply): void => {
          reply.code(status).headers(headers).send(payloadOf(headers['Content-Type'], body));
        };
        const answered = answer(wire);
        return answered instanceof Promise ? answered.then(send) : send(answered);
      },
    });
  };

/** JSON as bytes, for Fastify adds a charset to JSON that is text; nothing for a redirect, which has no type either. */
function payloadOf(contentType: string | undefined, body: string): string | Buffer | undefined {
  if (contentType === 'text/xml') return body;
  return contentType === undefined ? undefined : Buffer.from(body);
}

/** A person who typed the address, and not the name of an AWS endpoint. */
const isBrowser = ({ headers }: FastifyRequest, { method, query, endpoint }: WireRequest): boolean =>
  method === 'GET' && query === '' && endpoint === undefined && headers.accept?.includes('text/html') === true;

function wireRequest(request: FastifyRequest): WireRequest {
  const { url = '/', rawHeaders, method = 'GET' } = request.raw;
  const cut = url.indexOf('?');
  const host = hostName(request.headers.host);
  return {
    requestId: request.id,
    method,
    path: cut === -1 ? url : url.slice(0, cut),
    query: cut === -1 ? '' : url.slice(cut + 1),
    rawHeaders,
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    sourceIp: sourceIp(request),
    secure: request.protocol === 'https',
    endpoint: host === undefined ? undefined : awsEndpoint(host),
  };
}

/** The peer's address; an IPv4 address inside IPv6 is shown as IPv4, as policies write it. */
export const sourceIp = (request: FastifyRequest): string => {
  const { ip } = request;
  return ip.startsWith('::ffff:') ? ip.slice(7) : ip;
};

/** fastify's own refusals (body too large, malformed length) in AWS's form. */
function awsErrorOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return new AwsError('RequestEntityTooLarge', 413, 'The request body is larger than 1 MiB.');
  if (status >= 400 && status < 500) return validationError(error instanceof Error ? error.message : undefined);
  return internalFailure(undefined, { cause: error });
}
