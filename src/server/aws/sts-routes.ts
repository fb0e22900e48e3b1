/** What STS serves besides its API: credential endpoints of ECS and EKS, and the documents of outbound issuers. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { PublishedKeySet } from '../../kernel/issuer-keys.ts';
import { isFromPage } from '../../kernel/web-origin.ts';
import type { EndpointReply, EndpointRequest } from '../../sts/credential-endpoints/endpoints.ts';
import { sourceIp } from './aws-routes.ts';

export interface StsRouteParts {
  /** Answers a credential endpoint; undefined when none has the path. */
  credentials(request: EndpointRequest): Promise<EndpointReply | undefined>;
  /** Discovery document of an account's outbound issuer, served under `base`; undefined when no account has it. */
  outboundDiscovery(issuer: string, base: string | undefined): Readonly<Record<string, unknown>> | undefined;
  outboundKeys(): Promise<PublishedKeySet>;
}

const OUTBOUND_ENDING = '.tokens.sts.global.api.aws';
const AGENTS: ReadonlySet<string> = new Set(['169.254.170.2', '169.254.170.23']);
const OUTBOUND_PATH = '/idp/aws-outbound';

/** Whether a host is the real name of an outbound issuer. */
export const isOutboundHost = (host: string): boolean => host.endsWith(OUTBOUND_ENDING);

/** Where the real hosts of agents and outbound issuers are served here; undefined for every other host. */
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
          .send('Credential endpoints answer the workload alone, and no page.\n');
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
          .send(`No credential endpoint has the path ${path}; declare it in credentialEndpoints.\n`);
      }
      if (answer.decisionId !== undefined) reply.header('x-rolecall-decision', answer.decisionId);
      return reply.code(answer.status).type(answer.contentType).send(answer.body);
    });
    app.get<{ Params: Issuer }>(`${OUTBOUND_PATH}/:id/.well-known/openid-configuration`, async (request, reply) => {
      const document = documentOf(request, parts);
      return document === undefined
        ? reply.code(404).send({ message: 'no account has this issuer' })
        : openly(reply).send(document);
    });
    app.get<{ Params: Issuer }>(`${OUTBOUND_PATH}/:id/.well-known/jwks.json`, async (request, reply) => {
      if (documentOf(request, parts) === undefined)
        return reply.code(404).send({ message: 'no account has this issuer' });
      return openly(reply).send(await parts.outboundKeys());
    });
  };

const openly = <R extends { header(name: string, value: string): R }>(reply: R): R =>
  reply.header('access-control-allow-origin', '*');

function documentOf(request: FastifyRequest<{ Params: Issuer }>, { outboundDiscovery }: StsRouteParts) {
  const issuer = `https://${request.params.id}${OUTBOUND_ENDING}`;
  const named = isOutboundHost(request.hostname.toLowerCase());
  return outboundDiscovery(
    issuer,
    named ? undefined : `${request.protocol}://${request.host}${OUTBOUND_PATH}/${request.params.id}`,
  );
}
