/** Google's metadata server: the identity endpoint, and the endpoints that clients call before it. */
import type { IncomingHttpHeaders } from 'node:http';
import { isFromPage } from '../../kernel/web-origin.ts';
import { IdpProblem } from '../idp-problem.ts';
import { MINT_REFUSAL } from '../mint/mint-rights.ts';
import type { MetadataServer } from '../presets/row.ts';
import type { JobPlatform } from './platform.ts';
import { type CiProtocol, type CiReply, mintReply } from './protocol.ts';

const ROOT = '/computeMetadata/';

/** `GCE_METADATA_HOST` overrides the host; google-auth for Python checks for the server at `GCE_METADATA_IP`. */
export const GOOGLE_METADATA: MetadataServer = {
  host: 'metadata.google.internal',
  root: ROOT,
  isPing: ({ method, url, headers }) => method === 'GET' && url === '/' && headers['metadata-flavor'] === 'Google',
};

const INSTANCE = `${ROOT}v1/instance`;
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
  method: 'GET',
  path,
  answer: async ({ headers }) => refused(headers) ?? reply(200, text),
});

/** The service account's listing, or its details with recursive=true, which google-auth for Python requests first. */
const serviceAccount = (account: string): CiProtocol => ({
  method: 'GET',
  path: `${INSTANCE}/service-accounts/${account}/`,
  answer: async ({ headers, query }) => {
    const isWhole = query.get('recursive')?.toLowerCase() === 'true';
    const whole = { ...reply(200, ''), body: { aliases: ['default'], email: EMAIL, scopes: [SCOPE] } };
    return refused(headers) ?? (isWhole ? whole : reply(200, 'aliases\nemail\nidentity\nscopes\n'));
  },
});

const identity = (account: string): CiProtocol => ({
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
  replyWith(`${ROOT}v1/project/project-id`, 'my-project'),
  replyWith(`${ROOT}v1/project/numeric-project-id`, '739419398126'),
  replyWith(`${ROOT}v1/universe/universe-domain`, 'googleapis.com'),
  ...['default', EMAIL].flatMap(account => [
    serviceAccount(account),
    replyWith(`${INSTANCE}/service-accounts/${account}/email`, EMAIL),
    identity(account),
  ]),
];

export const GOOGLE_PLATFORM: JobPlatform = async job => {
  if (Object.keys(job.claims ?? {}).length > 0) {
    const sentence =
      'clients find a metadata server by host name only, so a job cannot have its own claims; declare the claims with the issuer';
    throw new IdpProblem('unknown-member', '/claims', sentence);
  }
  if (!job.isOpen) {
    const sentence =
      'clients of a metadata server send no token, and an admin token is set: declare the issuer with "open": true';
    throw new IdpProblem('no-token', '/issuer', sentence);
  }
  const [, , host = ''] = job.baseUrl.split('/');
  return { variables: { GCE_METADATA_HOST: host, GCE_METADATA_IP: host }, files: [] };
};
