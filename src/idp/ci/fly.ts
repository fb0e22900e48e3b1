/** Fly.io: POST /v1/tokens/oidc `{aud}` as on the machine's socket /.fly/api; the response body is the token. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { defined } from '../../kernel/defined.ts';
import { isFromPage } from '../../kernel/web-origin.ts';
import { MINT_REFUSAL } from '../mint/mint-rights.ts';
import { type CiProtocol, type CiReply, mintReply, textMember } from './protocol.ts';

const FLY_PATH = '/v1/tokens/oidc';

const failure = (status: number, error: string): CiReply => ({ status, body: { error } });

export const FLY_PROTOCOL: CiProtocol = {
  method: 'POST',
  path: FLY_PATH,
  answer: async ({ issuerId, headers, body, rights }, deps) => {
    if (isFromPage(headers)) return failure(403, 'only the machine itself may call this endpoint');
    const jobToken = parseCredentials(headers.authorization, 'bearer');
    const hasNoJob = jobToken === undefined || rights.isAdministrator;
    if (hasNoJob && !rights.mayMint) return failure(401, MINT_REFUSAL);
    const read = hasNoJob ? { job: { claims: {} } } : deps.jobs.read(jobToken, issuerId);
    if ('refused' in read) return failure(401, read.refused);
    const audience = textMember(body, 'aud');
    const request = { issuer: issuerId, claims: read.job.claims, ...defined({ audience }) };
    return mintReply(deps, request, ({ token }) => ({ status: 200, body: token }), failure);
  },
};
