/** The AWS wire in fastify: raw bytes in, what the road answers out. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { AwsError, internalFailure, validationError } from '../aws/error.ts';
import type { WireReply, WireRequest } from '../aws/wire.ts';
import { errorXml } from '../aws/xml.ts';
import { awsEndpoint, hostName } from './hosts.ts';

/** Answers one AWS request, at once if it can; never throws or rejects. */
export type AwsAnswer = (request: WireRequest) => WireReply | Promise<WireReply>;

/** Browser applications federate too: unsigned calls may come from any page, signed ones from none. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-amzn-requestid, x-rolecall-decision',
};
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers':
    'content-type, accept, amz-sdk-invocation-id, amz-sdk-request, x-amz-user-agent, x-amz-content-sha256, x-amz-date',
  'access-control-max-age': '86400',
};

const EMPTY = Buffer.alloc(0);
const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The plugin for `/`: every method and media type ends at the road, so that even nonsense gets an AWS answer. */
export const awsRoutes =
  (answer: AwsAnswer, onError: (error: unknown, requestId: string) => void): FastifyPluginAsync =>
  async app => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.setErrorHandler(async (error, request, reply) => {
      const shown = awsErrorOf(error);
      if (shown.status >= 500) onError(error, request.id);
      return reply
        .code(shown.status)
        .headers({ 'content-type': 'text/xml', 'x-amzn-requestid': request.id })
        .send(errorXml(shown, STS_NAMESPACE, request.id));
    });
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
      url: '/',
      // Not async, and without a returned reply: most calls are answered at once, and a promise would cost more than that.
      handler: (request, reply): void | Promise<void> => {
        if (request.headers.origin !== undefined && request.headers.authorization === undefined) {
          reply.headers(CORS);
          if (request.method === 'OPTIONS') return void reply.code(204).headers(PREFLIGHT).send();
        }
        const wire = wireRequest(request);
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
