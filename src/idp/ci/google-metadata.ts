/** Google's metadata server: the identity endpoint, and the endpoints that clients call before it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isFromPage } from '../../kernel/web-origin.ts';
import { MINT_REFUSAL } from '../mint/mint-rights.ts';
import { type CiProtocol, type CiReply, mintReply } from './protocol.ts';

/** The host that is built into clients; `GCE_METADATA_HOST` overrides it. */
export const GOOGLE_METADATA_HOST = 'metadata.google.internal';
export const GOOGLE_METADATA_ROOT = '/computeMetadata/';
export const GOOGLE_METADATA_ISSUER = 'google-compute-metadata';

/** Whether a client checks for a metadata server, as google-auth for Python does at `GCE_METADATA_IP`. */
export const isMetadataPing = ({ method, url, headers }: IncomingMessage): boolean =>
  method === 'GET' && url === '/' && headers['metadata-flavor'] === 'Google';

const INSTANCE = `${GOOGLE_METADATA_ROOT}v1/instance`;
const EMAIL = 'gae-sa@my-project.iam.gserviceaccount.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const HEADERS = { 'metadata-flavor': 'Google', server: 'Metadata Server for VM' };

const reply = (status: number, body: string): CiReply => ({ status, headers: HEADERS, body });

/** Requires the header that clients must send, so that requests of pages and forwarded requests are refused. */
function refused(headers: IncomingHttpHeaders): CiReply | undefined {
  const isPlain = headers['metadata-flavor'] === 'Google' && headers['x-forwarded-for'] === undefined;
  return isPlain && !isFromPage(headers) ? undefined : reply(403, 'Missing Metadata-Flavor:Google header.');
}

const replyWith = (path: string, text: string): CiProtocol => ({
  presets: [GOOGLE_METADATA_ISSUER],
  method: 'GET',
  path,
  answer: async ({ headers }) => refused(headers) ?? reply(200, text),
});

/** The service account's listing, or its details with recursive=true, which google-auth for Python requests first. */
const serviceAccount = (account: string): CiProtocol => ({
  presets: [GOOGLE_METADATA_ISSUER],
  method: 'GET',
  path: `${INSTANCE}/service-accounts/${account}/`,
  answer: async ({ headers, query }) => {
    const isWhole = query.get('recursive')?.toLowerCase() === 'true';
    const whole = { ...reply(200, ''), body: { aliases: ['default'], email: EMAIL, scopes: [SCOPE] } };
    return refused(headers) ?? (isWhole ? whole : reply(200, 'aliases\nemail\nidentity\nscopes\n'));
  },
});

const identity = (account: string): CiProtocol => ({
  presets: [GOOGLE_METADATA_ISSUER],
  method: 'GET',
  path: `${INSTANCE}/service-accounts/${account}/identity`,
  answer: async ({ issuerId, headers, query, rights }, deps) => {
    const refusal = refused(headers);
    if (refusal !== undefined) return refusal;
    if (!rights.mayMint) return reply(401, MINT_REFUSAL);
    const audience = query.get('audience') ?? '';
    if (audience === '') return reply(400, 'non-empty audience parameter required');
    const removeClaims = query.get('format') === 'full' ? [] : ['google'];
    const request = { issuer: issuerId, audience, removeClaims };
    return mintReply(deps, request, ({ token }) => reply(200, token), reply);
  },
});

export const GOOGLE_PROTOCOLS: readonly CiProtocol[] = [
  replyWith('/', 'computeMetadata/\n'),
  replyWith(INSTANCE, 'service-accounts/\n'),
  replyWith(`${INSTANCE}/`, 'service-accounts/\n'),
  replyWith(`${GOOGLE_METADATA_ROOT}v1/project/project-id`, 'my-project'),
  replyWith(`${GOOGLE_METADATA_ROOT}v1/project/numeric-project-id`, '739419398126'),
  replyWith(`${GOOGLE_METADATA_ROOT}v1/universe/universe-domain`, 'googleapis.com'),
  ...['default', EMAIL].flatMap(account => [
    serviceAccount(account),
    replyWith(`${INSTANCE}/service-accounts/${account}/email`, EMAIL),
    identity(account),
  ]),
];
