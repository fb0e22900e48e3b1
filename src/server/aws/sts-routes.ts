/** STS endpoints that are not part of its API: credential endpoints of ECS and EKS, and discovery documents of outbound issuers. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { isFromPage } from '../../kernel/web-origin.ts';
import type { EndpointReply, EndpointRequest } from '../../sts/credential-endpoints/endpoints.ts';
import { sourceIp } from './aws-routes.ts';

export interface StsRouteParts {
  /** Handles a request to a credential endpoint; undefined if no endpoint has the path. */
  credentials(request: EndpointRequest): Promise<EndpointReply | undefined>;
  /** Discovery document of an account's outbound issuer, served under `base`; undefined if no account has this issuer. */
  outboundDiscovery(issuer: string, base: string | undefined): Readonly<Record<string, unknown>> | undefined;
  outboundKeys(): Promise<PublishedKeySet>;
}

const OUTBOUND_ENDING = '.tokens.sts.global.api.aws';
const AGENTS: ReadonlySet<string> = new Set(['169.254.170.2', '169.254.170.23']);
const OUTBOUND_PATH = '/idp/aws-outbound';

/** Whether a host is the real host name of an outbound issuer. */
export const isOutboundHost = (host: string): boolean => host.endsWith(OUTBOUND_ENDING);

/** Whether a host is the real host name of a credential agent or an outbound issuer. */
export const isStsHost = (host: string): boolean => AGENTS.has(host) || isOutboundHost(host);

/** Maps the real hosts of credential agents and outbound issuers to local paths; undefined for other hosts. */
export function stsPath(host: string, url: string): string | undefined {
  if (AGENTS.has(host)) return `/credentials${url}`;
  if (!isOutboundHost(host)) return undefined;
  return `${OUTBOUND_PATH}/${host.slice(0, -OUTBOUND_ENDING.length)}${url}`;
}

interface Issuer {
  readonly id: string;
}

/** The plugin. */
export const stsRoutes =
  (parts: StsRouteParts): FastifyPluginAsync =>
  async app => {
    app.all('/credentials/*', async (request, reply) => {
      if (isFromPage(request.headers))
        return reply
          .code(403)
          .type('text/plain')
          .send('Credential endpoints refuse requests from browser pages; they serve the workload only.\n');
      const path = (request.url.split('?')[0] ?? '').slice('/credentials'.length);
      const answer = await parts.credentials({
        method: request.method,
        path,
        authorization: request.headers.authorization,
        sourceIp: sourceIp(request),
        userAgent: request.headers['user-agent'] ?? '',
        host: request.headers.host ?? '',
      });
      if (answer === undefined) {
        return reply
          .code(404)
          .type('text/plain')
          .send(`Unknown credential endpoint ${path}; declare it in credentialEndpoints.\n`);
      }
      if (answer.decisionId !== undefined) reply.header('x-rolecall-decision', answer.decisionId);
      return reply.code(answer.status).type(answer.contentType).send(answer.body);
    });
    app.get<{ Params: Issuer }>(`${OUTBOUND_PATH}/:id/.well-known/openid-configuration`, async (request, reply) => {
      const document = documentOf(request, parts);
      return document === undefined
        ? reply.code(404).send({ message: 'unknown outbound issuer: no account has it' })
        : withOpenCors(reply).send(document);
    });
    app.get<{ Params: Issuer }>(`${OUTBOUND_PATH}/:id/.well-known/jwks.json`, async (request, reply) => {
      if (documentOf(request, parts) === undefined)
        return reply.code(404).send({ message: 'unknown outbound issuer: no account has it' });
      return withOpenCors(reply).send(await parts.outboundKeys());
    });
  };

const withOpenCors = <R extends { header(name: string, value: string): R }>(reply: R): R =>
  reply.header('access-control-allow-origin', '*');

function documentOf(request: FastifyRequest<{ Params: Issuer }>, { outboundDiscovery }: StsRouteParts) {
  const issuer = `https://${request.params.id}${OUTBOUND_ENDING}`;
  const named = isOutboundHost(request.hostname.toLowerCase());
  return outboundDiscovery(
    issuer,
    named ? undefined : `${request.protocol}://${request.host}${OUTBOUND_PATH}/${request.params.id}`,
  );
}
