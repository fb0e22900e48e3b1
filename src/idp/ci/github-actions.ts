/** GitHub Actions: GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…, bearer request token, `{count, value}` or `{message}`. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { type JobPlatform, requestVariables } from './platform.ts';
import { type CiProtocol, type CiReply, mintReply } from './protocol.ts';

/** The real path is not confirmed. Confirmed is that the URL has a query, so that clients append `&audience=`. */
const PATH = '/_apis/actions/idtoken';
const QUERY = '?api-version=2.0';

const failure = (status: number, message: string): CiReply => ({ status, body: { message } });

export const GITHUB_PROTOCOL: CiProtocol = {
  method: 'GET',
  path: PATH,
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

export const GITHUB_PLATFORM: JobPlatform = requestVariables(job => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: job.at(PATH) + QUERY,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.jobToken(),
}));
