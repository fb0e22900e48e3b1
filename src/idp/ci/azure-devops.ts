/** Azure DevOps: POST $SYSTEM_OIDCREQUESTURI?api-version=7.1[&serviceConnectionId=…], bearer $SYSTEM_ACCESSTOKEN, `{oidcToken}`. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { table } from '../../kernel/table.ts';
import { type CiProtocol, type CiReply, mintReply } from './protocol.ts';

/** Relative to the collection; the plan and job of the real path are in the job token. */
export const AZURE_DEVOPS_PATH = '/_apis/distributedtask/oidctoken';

const failure = (status: number, message: string): CiReply => ({
  status,
  body: { $id: '1', message, typeKey: 'OidcTokenException', errorCode: 0 },
});

/** The input that the query's serviceConnectionId sets, by preset. */
const CONNECTION_INPUT: Readonly<Record<string, string>> = table({
  'azure-devops': 'service_connection',
  'azure-devops-entra': 'connection_id',
});

export const AZURE_DEVOPS_PROTOCOL: CiProtocol = {
  presets: Object.keys(CONNECTION_INPUT),
  method: 'POST',
  path: AZURE_DEVOPS_PATH,
  answer: async ({ issuerId, preset, headers, query }, deps) => {
    const jobToken = parseCredentials(headers.authorization, 'bearer');
    if (jobToken === undefined) return failure(401, 'The request has no bearer token (SYSTEM_ACCESSTOKEN)');
    const read = deps.jobs.read(jobToken, issuerId);
    if ('refused' in read) return failure(401, `Unauthorized: ${read.refused}`);
    const connection = query.get('serviceConnectionId');
    const input = CONNECTION_INPUT[preset] ?? '';
    const claims = connection === null ? read.job.claims : { [input]: connection, ...read.job.claims };
    const reply = ({ token }: { token: string }): CiReply => ({ status: 200, body: { oidcToken: token } });
    return mintReply(deps, { issuer: issuerId, claims }, reply, failure);
  },
};
