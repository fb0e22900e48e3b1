/** HTTP routes under /idp: discovery, key sets, provider and CI request endpoints; JSON errors; CORS for all origins. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { JsonError, type JsonLimits, readJson } from '../kernel/json.ts';
import { type CiDeps, type CiReply, matchPath } from './ci/protocol.ts';
import { DISCOVERY, discoveryDocument, endpointAt, isRealHost, OAUTH_METADATA } from './discovery.ts';
import type { Form, ProviderDeps } from './grants/provider.ts';
import { IdpProblem } from './idp-problem.ts';
import type { HostedIssuer } from './issuers/declaration.ts';
import type { MetadataServers } from './metadata-servers.ts';
import { mintRights } from './mint/mint-rights.ts';

interface RoutesDeps extends CiDeps, ProviderDeps {
  readonly metadataServers: MetadataServers;
  /** Base of the URLs in documents; undefined: the request's own Host, which is an allowed one. */
  readonly publicUrl: string | undefined;
  /** Required by endpoints that mint without a login or a job token; undefined: they are open. */
  readonly adminToken: string | undefined;
  onError(error: unknown, requestId: string): void;
}

interface Target {
  readonly issuer: HostedIssuer;
  /** Relative to `/idp/{issuer}`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Handles a request to an issuer; undefined if it does not handle the path. */
type RouteHandler = (target: Target, request: FastifyRequest, deps: RoutesDeps) => Promise<CiReply> | undefined;

/** Paths of the discovery document, for OpenID clients and for OAuth clients (RFC 8414). */
const DOCUMENTS = new Set([DISCOVERY, OAUTH_METADATA]);

const METHODS = 'GET, HEAD, POST, OPTIONS';

/** Tried in order; the first that handles the path answers. */
const HANDLERS: readonly RouteHandler[] = [discovery, keySet, ciProtocol, provider];

/** The plugin, with its own error handler and body parsers. */
export function idpRoutes(deps: RoutesDeps): FastifyPluginAsync {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('access-control-allow-origin', '*');
    });
    app.setErrorHandler(async (error, request, reply) =>
      sendError(error, reply, () => deps.onError(error, request.id)),
    );
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      readJsonBody(String(body), done),
    );
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      readUndeclared(String(body), text => text, done);
    });
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      readUndeclared(String(body), readParameters, done);
    });
    app.options('/idp/*', async (request, reply) => {
      const requested = request.headers['access-control-request-headers'];
      reply.header('access-control-allow-methods', METHODS);
      reply.header('access-control-allow-headers', requested ?? 'authorization, content-type');
      reply.header('access-control-max-age', '600');
      return reply.code(204).send();
    });
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/idp/*',
      handler: (request, reply) => answer(deps, request, reply),
    });
    app.get(`${OAUTH_METADATA}/idp/*`, (request, reply) => answer(deps, request, reply));
    for (const root of deps.metadataServers.roots)
      app.get(`${root}*`, (request, reply) => answer(deps, request, reply));
  };
}

/** Limits of JSON bodies; requests of CI systems have about a dozen values. */
const LIMITS: JsonLimits = { size: 1024 * 1024, depth: 64, values: 10_000 };

const refusedBody = ({ code, message }: JsonError): IdpProblem =>
  code === 'not-json'
    ? new IdpProblem('wrong-type', '', 'the body is not JSON')
    : new IdpProblem('too-large', '', `the body ${message}`);

/** Maximum number of parameters, the same as in an AWS Query call. */
const MAX_PARAMETERS = 2000;

/** Parses a query or form after counting its parameters; throws IdpProblem. */
function readParameters(text: string): URLSearchParams {
  let count = 1;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if (++count > MAX_PARAMETERS)
      throw new IdpProblem('too-large', '', `the request has more than ${MAX_PARAMETERS} parameters`);
  }
  return new URLSearchParams(text);
}

/** Parses a JSON body; an empty body is allowed, because clients declare JSON even without a body. */
function readJsonBody(text: string, done: (error: Error | null, body?: unknown) => void): void {
  try {
    done(null, text.trim() === '' ? undefined : readJson(text, LIMITS));
  } catch (error) {
    done(error instanceof JsonError ? refusedBody(error) : new Error('the body could not be read', { cause: error }));
  }
}

type Done = (error: Error | null, body?: unknown) => void;

function readUndeclared(text: string, otherwise: (text: string) => unknown, done: Done): void {
  try {
    done(null, undeclaredJson(text) ?? otherwise(text));
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Parses JSON that is declared as another type (`curl --data` declares a form); undefined if it is not JSON. */
function undeclaredJson(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return readJson(text, LIMITS);
  } catch (error) {
    // Not JSON after all.
    if (error instanceof JsonError && error.code === 'not-json') return undefined;
    throw error instanceof JsonError ? refusedBody(error) : error;
  }
}

async function answer(deps: RoutesDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const target = readTarget(deps, request.url);
  for (const known of HANDLERS) {
    const answered = known(target, request, deps);
    if (answered !== undefined) return send(await answered, reply);
  }
  const sentence = `${request.method} ${target.path} does not exist for issuer ${target.issuer.id}`;
  throw new IdpProblem('unknown-path', '', sentence, `/idp/${target.issuer.id}${DISCOVERY}`);
}

function readTarget({ issuers, metadataServers }: RoutesDeps, url: string): Target {
  const mark = url.indexOf('?');
  const pathname = mark < 0 ? url : url.slice(0, mark);
  const query = readParameters(mark < 0 ? '' : url.slice(mark + 1));
  const metadataIssuer = metadataServers.atPath(pathname);
  if (metadataIssuer !== undefined) return { issuer: issuers.hosted(metadataIssuer), path: pathname, query };
  if (pathname.startsWith(`${OAUTH_METADATA}/idp/`)) {
    return { issuer: issuers.hosted(pathname.slice(`${OAUTH_METADATA}/idp/`.length)), path: OAUTH_METADATA, query };
  }
  const [, , id = '', ...rest] = pathname.split('/');
  return { issuer: issuers.hosted(id), path: `/${rest.join('/')}`, query };
}

function send(answered: CiReply, reply: FastifyReply): FastifyReply {
  reply.code(answered.status).header('cache-control', 'no-store');
  for (const [name, value] of Object.entries(answered.headers ?? {})) reply.header(name, value);
  if (typeof answered.body === 'string') {
    const type = answered.headers?.['content-type'] ?? 'text/plain; charset=utf-8';
    return reply.type(type).send(answered.body);
  }
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answered.body));
}

/** Serializes all errors under /idp: OAuth's member names (RFC 6749 §5.2), plus message, path and suggestion. */
function sendError(error: unknown, reply: FastifyReply, onUnexpected: () => void): FastifyReply {
  if (error instanceof IdpProblem) {
    const { status, code, message, path, suggestion } = error;
    return reply.code(status).send({ error: code, error_description: message, message, path, suggestion });
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500 && error instanceof Error) {
    return reply
      .code(status)
      .send({ error: 'invalid_request', error_description: error.message, message: error.message });
  }
  onUnexpected();
  const message = 'internal error; see the log of Rolecall';
  return reply.code(500).send({ error: 'server_error', error_description: message, message });
}

function discovery(target: Target, request: FastifyRequest, deps: RoutesDeps): Promise<CiReply> | undefined {
  const hasDocument = target.issuer.preset.token !== 'opaque';
  if (!DOCUMENTS.has(target.path) || !hasDocument || request.method === 'POST') return undefined;
  const base = isRealHost(target.issuer, request.host)
    ? undefined
    : `${baseUrl(deps, request)}/idp/${target.issuer.id}`;
  return Promise.resolve({ status: 200, body: discoveryDocument(target.issuer, base) });
}

function keySet(target: Target, request: FastifyRequest, deps: RoutesDeps): Promise<CiReply> | undefined {
  if (request.method === 'POST' || endpointAt(target.issuer, target.path) !== 'jwks_uri') return undefined;
  return deps.issuers.jwks(target.issuer.id).then(body => ({ status: 200, body }));
}

function ciProtocol(target: Target, request: FastifyRequest, deps: RoutesDeps): Promise<CiReply> | undefined {
  const { issuer, query } = target;
  for (const protocol of issuer.preset.protocols ?? []) {
    if (protocol.method !== request.method) continue;
    const path = matchPath(protocol.path, target.path);
    if (path === undefined) continue;
    const { headers, body } = request;
    const rights = mintRights(headers, issuer, deps.adminToken);
    return protocol.answer({ issuerId: issuer.id, headers, query, body, path, rights }, deps);
  }
  return undefined;
}

/** The endpoints of an OpenID provider, for the presets that are emulated as one. */
function provider(target: Target, request: FastifyRequest, deps: RoutesDeps): Promise<CiReply> | undefined {
  const { issuer, path, query } = target;
  const name = issuer.preset.provider === undefined ? undefined : endpointAt(issuer, path);
  if (name === undefined) return undefined;
  const base = `${baseUrl(deps, request)}/idp/${issuer.id}`;
  const { method, headers } = request;
  const address = ownOrigin(deps, request) + (request.originalUrl.split('?')[0] ?? '');
  const rights = mintRights(headers, issuer, deps.adminToken);
  const requested = { issuer, method, form: readForm(query, request.body), headers, base, path, address, rights };
  // Loaded on first use: most instances never need it, and start faster.
  return import('./grants/endpoints.ts').then(({ handleEndpoint }) => handleEndpoint(name, requested, deps));
}

/** The parameters of query and form together; repeated parameters are left out (RFC 6749 §3.1). */
function readForm(query: URLSearchParams, body: unknown): Form {
  const form = new Map<string, string>();
  const pairs = [...query, ...(body instanceof URLSearchParams ? body : [])];
  const repeated = new Set<string>();
  for (const [name, value] of pairs) {
    if (form.has(name)) repeated.add(name);
    form.set(name, value);
  }
  for (const name of repeated) form.delete(name);
  return form;
}

const baseUrl = (deps: RoutesDeps, request: FastifyRequest): string =>
  deps.publicUrl ?? `${request.protocol}://${request.host}`;

/** The origin as the browser sees it: a page must send its form there, or the request would be cross-origin. */
function ownOrigin({ publicUrl }: RoutesDeps, { protocol, host }: FastifyRequest): string {
  return publicUrl !== undefined && new URL(publicUrl).host === host ? publicUrl : `${protocol}://${host}`;
}
