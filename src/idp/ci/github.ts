/** GitHub Actions: GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…, bearer request token, `{count, value}` or `{message}`. */
import { IdpProblem } from '../problem.ts';
import { bearer, type CiProtocol, type CiReply } from './protocol.ts';

/** Where the real one is, is not confirmed; that the URL carries a query, so that clients append `&audience=`, is. */
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
  answer: async (request, { mint, jobs }) => {
    const token = bearer(request.headers);
    if (token === undefined) return failure(401, 'The request has no bearer token (ACTIONS_ID_TOKEN_REQUEST_TOKEN)');
    const read = jobs.read(token, request.issuerId);
    if ('refused' in read) return failure(401, `Unauthorized: ${read.refused}`);
    const audience = request.query.get('audience') ?? '';
    try {
      const minted = await mint({
        issuer: request.issuerId,
        claims: read.job.claims,
        ...(audience === '' ? {} : { audience }),
      });
      return { status: 200, body: { count: minted.token.length, value: minted.token } };
    } catch (error) {
      if (error instanceof IdpProblem) return failure(error.status, error.message);
      throw error;
    }
  },
};
