/** Azure DevOps: POST $SYSTEM_OIDCREQUESTURI?api-version=7.1[&serviceConnectionId=…], bearer $SYSTEM_ACCESSTOKEN, `{oidcToken}`. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { type JobPlatform, requestVariables } from './platform.ts';
import { type CiProtocol, type CiReply, mintReply } from './protocol.ts';

/** Relative to the collection; the plan and job of the real path are in the job token. */
const PATH = '/_apis/distributedtask/oidctoken';

const failure = (status: number, message: string): CiReply => ({
  status,
  body: { $id: '1', message, typeKey: 'OidcTokenException', errorCode: 0 },
});

/** The protocol of a preset, with the input that the query's serviceConnectionId sets. */
export const azureDevOpsProtocol = (connectionInput: string): CiProtocol => ({
  method: 'POST',
  path: PATH,
  answer: async ({ issuerId, headers, query }, deps) => {
    const jobToken = parseCredentials(headers.authorization, 'bearer');
    if (jobToken === undefined) return failure(401, 'The request has no bearer token (SYSTEM_ACCESSTOKEN)');
    const read = deps.jobs.read(jobToken, issuerId);
    if ('refused' in read) return failure(401, `Unauthorized: ${read.refused}`);
    const connection = query.get('serviceConnectionId');
    const claims = connection === null ? read.job.claims : { [connectionInput]: connection, ...read.job.claims };
    const reply = ({ token }: { token: string }): CiReply => ({ status: 200, body: { oidcToken: token } });
    return mintReply(deps, { issuer: issuerId, claims }, reply, failure);
  },
});

export const AZURE_DEVOPS_PLATFORM: JobPlatform = requestVariables(job => ({
  SYSTEM_OIDCREQUESTURI: job.at(PATH),
  SYSTEM_ACCESSTOKEN: job.jobToken(),
}));
