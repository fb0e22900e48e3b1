/** Builds the HTTP application: one plugin per wire protocol, each with its own error handler. The emulator listens. */
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Idp } from '../idp/types.ts';
import type { RandomSource } from '../kernel/random.ts';
import { type AwsEndpoint, awsRoutes } from './aws/aws-routes.ts';
import { isStsHost, type StsRouteParts, stsPath, stsRoutes } from './aws/sts-routes.ts';
import { consoleRoutes } from './console-routes.ts';
import { controlRoutes } from './control/control-routes.ts';
import type { ControlDeps } from './control/row.ts';
import { createIssuerFaultHook } from './faults/issuer-faults.ts';
import { createKnownHosts } from './hosts.ts';

interface AppParts {
  readonly aws: AwsEndpoint;
  readonly control: ControlDeps;
  readonly idp: Idp;
  readonly sts: StsRouteParts;
  /** The account that AWS messages of injected faults name. */
  readonly account: string;
  /** Whether requests for a Host are served. */
  hostAllowed(host: string): boolean;
  /** Origins of pages that may send signed AWS calls. */
  readonly allowedOrigins: ReadonlySet<string>;
  readonly random: RandomSource;
  /** Logs an unexpected error. */
  onError(error: unknown, requestId: string): void;
}

/** Maximum size of a body, 1 MiB: more than AWS allows for any Query request. */
const BODY_LIMIT = 1024 * 1024;
/** Maximum size of the headers, 64 KiB: enough for a sealed session token and a long presigned query. */
export const HEADER_LIMIT = 64 * 1024;

/** The control API validates with its own schemas; fastify's compilers would add 40 ms to the start. */
const noSchemas = (): never => {
  throw new Error('fastify route schemas are not supported: no compiler is configured');
};

/** The local URL of a request to a host with paths of its own; the same URL for a path that it does not have. */
function localUrl(host: string, url: string, request: IncomingMessage, idp: Idp): string {
  const ofSts = stsPath(host, url);
  if (ofSts !== undefined) return ofSts;
  const pinged = idp.pingedIssuer(request);
  if (pinged !== undefined) return `/idp/${pinged}/`;
  const cut = url.indexOf('?');
  const found = idp.routeByHost(host, cut === -1 ? url : url.slice(0, cut));
  return found === undefined ? url : `/idp/${found.issuerId}${found.path}${cut === -1 ? '' : url.slice(cut)}`;
}

/** Builds the application; it does not listen. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { idp } = parts;
  const hosts = createKnownHosts({
    isAllowed: parts.hostAllowed,
    hasOwnPaths: name => isStsHost(name) || idp.isIssuerHost(name),
  });
  idp.onIssuersChange(() => hosts.clear());
  const app = Fastify({
    // Logging goes through `onError` and the decision log; fastify's logger would add a listener to every response.
    logger: false,
    bodyLimit: BODY_LIMIT,
    http: { maxHeaderSize: HEADER_LIMIT },
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    genReqId: () => parts.random.uuid(),
    routerOptions: { maxParamLength: 2048 },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    rewriteUrl: request => {
      const url = request.url ?? '/';
      const host = hosts.get(request.headers.host);
      if (host === undefined) return url;
      // Any host can be that of a metadata server.
      const isElsewhere = host.hasOwnPaths || idp.pingedIssuer(request) !== undefined;
      return isElsewhere ? localUrl(host.name, url, request, idp) : url;
    },
  });
  // Hooks with a callback: a promise per request would cost more than the hooks themselves.
  app.addHook('onRequest', (request, reply, done) => {
    const host = hosts.get(request.headers.host);
    if (host?.isAllowed === true) return done();
    const name = host?.name ?? 'a malformed Host header';
    reply
      .code(421)
      .type('text/plain')
      .send(`Rolecall does not serve ${name}; to allow a host, add it to allowedHosts.\n`);
  });
  const { faults, clock } = parts.control;
  app.addHook('preHandler', createIssuerFaultHook({ faults, clock, account: parts.account }));
  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) parts.onError(error, request.id);
    const sentence =
      status < 500 && error instanceof Error ? error.message : 'Internal error; see the log of Rolecall.';
    reply.code(status).type('text/plain').send(`${sentence}\n`);
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      .type('text/plain')
      .send(
        `${request.url.split('?')[0]} does not exist. AWS calls go to /, issuers are under /idp, the control API is under /_rolecall.\n`,
      ),
  );
  await app.register(awsRoutes(parts.aws, hosts, parts.allowedOrigins, parts.onError));
  await app.register(controlRoutes(parts.control, parts.onError), { prefix: '/_rolecall' });
  await app.register(consoleRoutes(), { prefix: '/_rolecall/console' });
  await app.register(stsRoutes(parts.sts));
  await app.register(idp.routes);
  return app;
}
