/** The control API under `/_rolecall`: access checks, validation and error handling for all rows. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { isSameSecret, parseCredentials } from '../../kernel/authorization.ts';
import { defined } from '../../kernel/defined.ts';
import { isForeignPage } from '../../kernel/web-origin.ts';
import { accountRows } from './accounts.ts';
import { readBody } from './body.ts';
import { clockRows } from './clock.ts';
import { decisionRows } from './decisions.ts';
import { faultRows } from './faults.ts';
import { instanceRows } from './instance.ts';
import { issuerRows } from './issuers.ts';
import { jobRows } from './jobs.ts';
import { openApiDocument } from './openapi.ts';
import { ControlError, checkRequest, FORBIDDEN_KEY, forbiddenKey, type ProblemBody, problemOf } from './problem.ts';
import type { ControlDeps, ControlRow } from './row.ts';
import { stateRows } from './state.ts';
import { stsRows } from './sts.ts';

export const controlRows: readonly ControlRow[] = [
  ...instanceRows,
  ...issuerRows,
  ...jobRows,
  ...decisionRows,
  ...accountRows,
  ...stateRows,
  ...clockRows,
  ...faultRows,
  ...stsRows,
];

/** Default maximum size of a body, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** The plugin; register it with the prefix `/_rolecall`. */
export const controlRoutes =
  (deps: ControlDeps, onError: (error: unknown, requestId: string) => void): FastifyPluginAsync =>
  async app => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
      try {
        done(null, readBody(String(body), request.routeOptions.bodyLimit ?? MAX_BYTES));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    });
    app.setErrorHandler(async (error, request, reply) => {
      const problem = problemOf(error);
      if (problem === undefined) onError(error, request.id);
      const body = problem ?? failure;
      return reply.code(body.status).type('application/problem+json').send(body);
    });
    app.setNotFoundHandler(async request => {
      throw new ControlError(
        404,
        'unknown-path',
        `${request.method} ${request.url.split('?')[0]} does not exist; see /_rolecall/openapi.json`,
      );
    });
    app.addHook('onRequest', async request => {
      refuseCrossSite(request);
      if (deps.adminToken !== undefined && !isHealthCheck(request)) requireToken(request, deps.adminToken);
    });
    for (const row of controlRows) {
      app.route({
        method: row.method,
        url: row.path,
        ...defined({ bodyLimit: row.bodyLimit }),
        handler: (raw, reply) => {
          const query = validate(row.query ?? noQuery, raw.query, 'query');
          const params = validate(row.params ?? noQuery, raw.params, 'path');
          if (row.body !== undefined && !(raw.body === undefined && Type.IsOptional(row.body)))
            validate(row.body, raw.body, 'body');
          return row.handle({ params, query, body: raw.body, raw, reply }, deps);
        },
      });
    }
    app.get('/openapi.json', async () => openApiDocument(controlRows, deps.version));
  };

const noQuery = Type.Object({}, { additionalProperties: false });

const failure: ProblemBody = {
  type: 'about:blank',
  title: 'Internal Server Error',
  status: 500,
  detail: 'Internal error; see the log of Rolecall.',
  code: 'internal-failure',
};

function validate(schema: TSchema, value: unknown, place: 'body' | 'query' | 'path'): unknown {
  if (place === 'body' && value === undefined)
    throw new ControlError(400, 'missing-body', 'a JSON body is required', { path: '' });
  if (place === 'query' && Object.hasOwn(Object(value), FORBIDDEN_KEY)) throw forbiddenKey();
  return checkRequest(schema, value);
}

/** Refuses requests from browser pages of other sites (Sec-Fetch-Site, Origin); other clients send neither header. */
function refuseCrossSite(request: FastifyRequest): void {
  if (isForeignPage(request.headers))
    throw new ControlError(403, 'cross-site', 'the control API refuses cross-site requests from browser pages');
}

/** The health check needs no token, so that a container's health check needs no secret. */
const isHealthCheck = (request: FastifyRequest): boolean => request.url.split('?')[0] === '/_rolecall/health';

function requireToken(request: FastifyRequest, token: string): void {
  if (!isSameSecret(parseCredentials(request.headers.authorization, 'bearer') ?? '', token)) {
    throw new ControlError(401, 'admin-token', 'the control API requires the bearer token in ROLECALL_ADMIN_TOKEN');
  }
}
