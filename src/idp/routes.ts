/** Everything under /idp over HTTP: discovery, key sets and the CI request endpoints; errors as JSON, CORS open. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { JsonError, type JsonLimits, readJson } from '../kernel/json.ts';
import { GOOGLE_METADATA_ISSUER, GOOGLE_METADATA_ROOT } from './ci/google.ts';
import { type CiDeps, type CiReply, matchPath } from './ci/protocol.ts';
import { CI_PROTOCOLS } from './ci/protocols.ts';
import { DISCOVERY, discoveryDocument, endpointAt, isRealHost, OAUTH_METADATA } from './discovery.ts';
import { type Form, PROVIDER_PRESETS, type ProviderDeps } from './grants/provider.ts';
import { IdpProblem } from './idp-problem.ts';
import type { HostedIssuer } from './issuers/declaration.ts';
import type { Issuers } from './issuers/issuers.ts';
import { mintRights } from './mint/mint-rights.ts';

export interface RoutesDeps extends CiDeps, ProviderDeps {
  /** Base of the addresses in documents; undefined: the request's own Host, which the server has allowed. */
  readonly publicUrl: string | undefined;
  /** Guards endpoints that mint without a login or a job token; undefined: nothing does. */
  readonly adminToken: string | undefined;
  onError(error: unknown, requestId: string): void;
}

interface Target {
  readonly issuer: HostedIssuer;
  /** Below `/idp/{issuer}`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Answers a method and path of an issuer; undefined when the path is not its own. */
type Answer = (target: Target, request: FastifyRequest, deps: RoutesDeps) => Promise<CiReply> | undefined;

/** OpenID's document, and the same for clients of plain OAuth (RFC 8414). */
const DOCUMENTS = new Set([DISCOVERY, OAUTH_METADATA]);

const METHODS = 'GET, HEAD, POST, OPTIONS';

/** The first that knows the path answers. */
const ANSWERS: readonly Answer[] = [discovery, keySet, ciProtocol, provider];

/** The plugin; it brings its own error handler and takes nothing from its surroundings. */
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
      readUnsaid(String(body), text => text, done);
    });
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      readUnsaid(String(body), readParameters, done);
    });
    app.options('/idp/*', async (request, reply) => {
      const asked = request.headers['access-control-request-headers'];
      reply.header('access-control-allow-methods', METHODS);
      reply.header('access-control-allow-headers', asked ?? 'authorization, content-type');
      reply.header('access-control-max-age', '600');
      return reply.code(204).send();
    });
    app.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/idp/*',
      handler: (request, reply) => answer(deps, request, reply),
    });
    app.get(`${OAUTH_METADATA}/idp/*`, (request, reply) => answer(deps, request, reply));
    app.get(`${GOOGLE_METADATA_ROOT}*`, (request, reply) => answer(deps, request, reply));
  };
}

/** A CI system's request has a dozen values. */
const LIMITS: JsonLimits = { size: 1024 * 1024, depth: 64, values: 10_000 };

const refusedBody = ({ code, message }: JsonError): IdpProblem =>
  code === 'not-json'
    ? new IdpProblem('wrong-type', '', 'the body is not JSON')
    : new IdpProblem('too-large', '', `the body ${message}`);

/** As many parameters as a Query call of AWS may have. */
const MOST_PARAMETERS = 2000;

/** A query or form, its parameters counted before they are read; throws IdpProblem. */
function readParameters(text: string): URLSearchParams {
  let count = 1;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if (++count > MOST_PARAMETERS)
      throw new IdpProblem('too-large', '', `the request has more than ${MOST_PARAMETERS} parameters`);
  }
  return new URLSearchParams(text);
}

/** Clients that send nothing still call it JSON. */
function readJsonBody(text: string, done: (error: Error | null, body?: unknown) => void): void {
  try {
    done(null, text.trim() === '' ? undefined : readJson(text, LIMITS));
  } catch (error) {
    done(error instanceof JsonError ? refusedBody(error) : new Error('the body could not be read', { cause: error }));
  }
}

type Done = (error: Error | null, body?: unknown) => void;

function readUnsaid(text: string, otherwise: (text: string) => unknown, done: Done): void {
  try {
    done(null, unsaidJson(text) ?? otherwise(text));
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Not everybody who sends JSON says so: `curl --data` calls it a form. Undefined when it is none. */
function unsaidJson(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return readJson(text, LIMITS);
  } catch (error) {
    // It only began like JSON.
    if (error instanceof JsonError && error.code === 'not-json') return undefined;
    throw error instanceof JsonError ? refusedBody(error) : error;
  }
}

async function answer(deps: RoutesDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const target = readTarget(deps.issuers, request.url);
  for (const known of ANSWERS) {
    const answered = known(target, request, deps);
    if (answered !== undefined) return send(await answered, reply);
  }
  const sentence = `${target.issuer.id} has nothing at ${request.method} ${target.path}`;
  throw new IdpProblem('unknown-path', '', sentence, `/idp/${target.issuer.id}${DISCOVERY}`);
}

function readTarget(issuers: Issuers, url: string): Target {
  const mark = url.indexOf('?');
  const pathname = mark < 0 ? url : url.slice(0, mark);
  const query = readParameters(mark < 0 ? '' : url.slice(mark + 1));
  if (pathname.startsWith(GOOGLE_METADATA_ROOT)) {
    return { issuer: issuers.hosted(GOOGLE_METADATA_ISSUER), path: pathname, query };
  }
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

/** One mouth for the errors of this wire: OAuth's member names (RFC 6749 §5.2), the nearest name beside them. */
function sendError(error: unknown, reply: FastifyReply, unforeseen: () => void): FastifyReply {
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
  unforeseen();
  const message = 'the issuer could not answer';
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
  for (const protocol of CI_PROTOCOLS) {
    if (protocol.method !== request.method || !protocol.presets.includes(issuer.preset.id)) continue;
    const path = matchPath(protocol.path, target.path);
    if (path === undefined) continue;
    const { headers, body } = request;
    const rights = mintRights(headers, issuer, deps.adminToken);
    return protocol.answer({ issuerId: issuer.id, preset: issuer.preset.id, headers, query, body, path, rights }, deps);
  }
  return undefined;
}

/** The endpoints of an OpenID provider, for the presets that are one here. */
function provider(target: Target, request: FastifyRequest, deps: RoutesDeps): Promise<CiReply> | undefined {
  const { issuer, path, query } = target;
  const name = PROVIDER_PRESETS.has(issuer.preset.id) ? endpointAt(issuer, path) : undefined;
  if (name === undefined) return undefined;
  const base = `${baseUrl(deps, request)}/idp/${issuer.id}`;
  const { method, headers } = request;
  const address = ownOrigin(deps, request) + (request.originalUrl.split('?')[0] ?? '');
  const rights = mintRights(headers, issuer, deps.adminToken);
  const asked = { issuer, method, form: readForm(query, request.body), headers, base, path, address, rights };
  // Loaded when somebody first logs in: most servers never need it, and start sooner.
  return import('./grants/endpoints.ts').then(({ answerEndpoint }) => answerEndpoint(name, asked, deps));
}

/** Query and form together; a parameter that stands more than once is not there at all (RFC 6749 §3.1). */
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

/** Where the browser is that asks: a page must send its form there, or it would come from another origin. */
function ownOrigin({ publicUrl }: RoutesDeps, { protocol, host }: FastifyRequest): string {
  return publicUrl !== undefined && new URL(publicUrl).host === host ? publicUrl : `${protocol}://${host}`;
}
