/** GitHub Actions: GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…, bearer request token, `{count, value}` or `{message}`. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { type CiProtocol, type CiReply, mintReply } from './protocol.ts';

/** The real path is not confirmed. Confirmed is that the URL has a query, so that clients append `&audience=`. */
export const GITHUB_PATH = '/_apis/actions/idtoken';
export const GITHUB_QUERY = '?api-version=2.0';

const failure = (status: number, message: string): CiReply => ({ status, body: { message } });

export const GITHUB_PROTOCOL: CiProtocol = {
  presets: [
    'github-actions',
    'github-actions-enterprise',
    'github-actions-ghe-com',
    'github-actions-ghes',
    'forgejo-actions',
  ],
  method: 'GET',
  path: GITHUB_PATH,
  answer: async ({ issuerId, headers, query }, deps) => {
    const jobToken = parseCredentials(headers.authorization, 'bearer');
    if (jobToken === undefined) return failure(401, 'The request has no bearer token (ACTIONS_ID_TOKEN_REQUEST_TOKEN)');
    const read = deps.jobs.read(jobToken, issuerId);
    if ('refused' in read) return failure(401, `Unauthorized: ${read.refused}`);
    const audience = query.get('audience') ?? '';
    const request = { issuer: issuerId, claims: read.job.claims, ...(audience === '' ? {} : { audience }) };
    return mintReply(
      deps,
      request,
      ({ token }) => ({ status: 200, body: { count: token.length, value: token } }),
      failure,
    );
  },
};
