/**
 * Container credential endpoints: the ECS agent (relative and full URI) and the EKS Pod Identity agent. No sockets here:
 * the functions map a request to a reply, and the server does the I/O. Source: AWS SDKs and Tools Reference Guide,
 * feature-container-credentials; Amazon ECS Developer Guide, task-iam-roles.
 */

import type { Caller } from '../../authorization/principals.ts';
import { parseArn } from '../../aws/arn.ts';
import { AwsError } from '../../aws/error.ts';
import { type Call, DEFAULT_REGION, type PendingDecision } from '../../aws/operation.ts';
import { isSameSecret } from '../../kernel/authorization.ts';
import { serviceChecks } from '../assume/checks.ts';
import { ServiceFacts, type ServiceRequest } from '../assume/facts.ts';
import { run } from '../assume/run.ts';
import type { StsDeps } from '../deps.ts';
import { type Issued, issueSession, roleSession } from '../session.ts';
import { assertServiceAccount, type ServiceAccount } from './service-account.ts';

/** A configured endpoint with the credentials of one workload. */
export interface CredentialEndpoint {
  readonly kind: 'ecs' | 'eks';
  /** `/v2/credentials/ID` or any other path for ECS, `/v1/credentials` for the EKS agent. */
  readonly path: string;
  readonly roleArn: string;
  /** Role session name; on AWS, a task or pod id. */
  readonly sessionName: string;
  /** Duration in seconds. Default: 3600 for ECS, 21600 for EKS. */
  readonly seconds?: number;
  /** Required value of the Authorization header (AWS_CONTAINER_AUTHORIZATION_TOKEN or its file). */
  readonly authorization?: string;
  /** For EKS: the service account whose token must be in the Authorization header, instead of a fixed value. */
  readonly serviceAccount?: ServiceAccount;
}

export interface EndpointRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly host: string;
}

export interface EndpointReply {
  readonly status: number;
  readonly contentType: 'application/json' | 'text/plain';
  readonly body: string;
  /** Decision id, for the header `x-rolecall-decision`. */
  readonly decisionId: string | undefined;
}

interface KindRow {
  readonly service: string;
  readonly seconds: number;
  reply(issued: Issued, endpoint: CredentialEndpoint): unknown;
  failure(status: number, code: string, message: string): Pick<EndpointReply, 'contentType' | 'body'>;
}

const kinds: Readonly<Record<CredentialEndpoint['kind'], KindRow>> = {
  ecs: {
    service: 'ecs-tasks.amazonaws.com',
    seconds: 3600,
    reply: (issued, { roleArn }) => ({ RoleArn: roleArn, ...plain(issued) }),
    failure: (status, code, message) => ({
      contentType: 'application/json',
      body: JSON.stringify({ code, message, HTTPErrorCode: status }),
    }),
  },
  eks: {
    service: 'pods.eks.amazonaws.com',
    seconds: 21_600,
    reply: (issued, { roleArn }) => ({ ...plain(issued), AccountId: parseArn(roleArn)?.account ?? '' }),
    failure: (_status, code, message) => ({ contentType: 'text/plain', body: `${code}: ${message}\n` }),
  },
};

const plain = ({ Credentials }: Issued) => ({
  AccessKeyId: Credentials.AccessKeyId,
  SecretAccessKey: Credentials.SecretAccessKey,
  Token: Credentials.SessionToken,
  Expiration: new Date(Credentials.Expiration).toISOString().replace('.000Z', 'Z'),
});

/** Returns the reply, or undefined when no endpoint has this path. Rejects only on unexpected errors. */
export async function serveCredentials(
  request: EndpointRequest,
  endpoints: readonly CredentialEndpoint[],
  deps: StsDeps,
): Promise<EndpointReply | undefined> {
  const endpoint = endpoints.find(candidate => candidate.path === request.path);
  if (endpoint === undefined) return undefined;
  const row = kinds[endpoint.kind];
  if (request.method !== 'GET') {
    return {
      status: 405,
      decisionId: undefined,
      ...row.failure(405, 'MethodNotAllowed', 'Use GET to fetch credentials.'),
    };
  }
  let decision: PendingDecision | undefined;
  const call = callOf(request, deps, made => {
    decision = made;
  });
  const facts = new ServiceFacts(serviceRequest(request, endpoint, row, deps), call, deps);
  try {
    const issued = await run(serviceChecks, facts, call, deps, ({ role, sessionName, tags, transitive, seconds }) =>
      issueSession(roleSession(role, sessionName, tags, transitive), seconds, call.now, deps, undefined),
    );
    const body = JSON.stringify(row.reply(issued, endpoint));
    return { status: 200, contentType: 'application/json', body, decisionId: decision?.record() };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { status, code, awsMessage = '' } = error;
    return { status, decisionId: decision?.record(error), ...row.failure(status, code, awsMessage) };
  }
}

/** The assume request of the workload; `authorize` verifies the Authorization header. */
const serviceRequest = (
  { authorization }: EndpointRequest,
  endpoint: CredentialEndpoint,
  row: KindRow,
  deps: StsDeps,
): ServiceRequest => ({
  service: row.service,
  roleArn: endpoint.roleArn,
  sessionName: endpoint.sessionName,
  seconds: endpoint.seconds ?? row.seconds,
  authorize() {
    const { serviceAccount } = endpoint;
    if (serviceAccount !== undefined) {
      return assertServiceAccount(authorization, serviceAccount, deps).then(tags => ({
        code: 'service-account',
        tags,
      }));
    }
    if (endpoint.authorization !== undefined && !isSameSecret(authorization ?? '', endpoint.authorization)) {
      throw new AwsError('AccessDenied', 401, 'The authorization token is missing or wrong.', {
        reason: 'wrong-authorization-token',
        detail: `The Authorization header ${authorization === undefined ? 'is missing' : 'does not match the configured token'}.`,
      });
    }
    return { code: 'token', tags: [] };
  },
});

function callOf(request: EndpointRequest, deps: StsDeps, decided: Call<Caller>['decided']): Call<Caller> {
  const now = deps.clock.now();
  return {
    requestId: deps.random.uuid(),
    service: 'sts',
    operation: 'AssumeRole',
    region: DEFAULT_REGION,
    caller: undefined,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent,
    secure: false,
    host: request.host,
    requestSize: (request.authorization ?? '').length + request.userAgent.length + request.host.length,
    now,
    isoTime: new Date(now).toISOString(),
    decided,
  };
}
