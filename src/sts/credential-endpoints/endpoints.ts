/**
 * Credentials over HTTP as workloads on AWS get them: the ECS agent (relative and full URI) and the EKS Pod Identity
 * agent. Pure: a request comes in, an answer goes out; the server puts them on a socket. Source: the AWS SDKs and Tools
 * Reference Guide, feature-container-credentials; Amazon ECS Developer Guide, task-iam-roles.
 */

import type { Tag } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import { AwsError } from '../../aws/error.ts';
import type { Call } from '../../aws/operation.ts';
import { isSameSecret } from '../../kernel/authorization.ts';
import { AssumeTrace, decide } from '../assume/assume-trace.ts';
import { assumeAsService, type ServiceRequest } from '../assume/service-grant.ts';
import type { StsDeps } from '../deps.ts';
import { type Issued, issueSession } from '../session.ts';
import { assertServiceAccount, type ServiceAccount } from './service-account.ts';

/** Credentials that a configuration offers to one workload. */
export interface CredentialEndpoint {
  readonly kind: 'ecs' | 'eks';
  /** `/v2/credentials/ID` and any other path for ECS, `/v1/credentials` for the EKS agent. */
  readonly path: string;
  readonly roleArn: string;
  /** Name of the session; a task or pod id on AWS. */
  readonly sessionName: string;
  /** Seconds; an hour, or six for EKS, unless told. */
  readonly seconds?: number;
  /** What the Authorization header must be (AWS_CONTAINER_AUTHORIZATION_TOKEN or its file). */
  readonly authorization?: string;
  /** For EKS: the service account whose token the Authorization header must be, instead of a fixed text. */
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
  /** The decision behind it, for `x-rolecall-decision`. */
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
    reply: (issued, { roleArn }) => ({ ...plain(issued), AccountId: roleArn.split(':')[4] ?? '' }),
    failure: (_status, code, message) => ({ contentType: 'text/plain', body: `${code}: ${message}\n` }),
  },
};

const plain = ({ Credentials }: Issued) => ({
  AccessKeyId: Credentials.AccessKeyId,
  SecretAccessKey: Credentials.SecretAccessKey,
  Token: Credentials.SessionToken,
  Expiration: new Date(Credentials.Expiration).toISOString().replace('.000Z', 'Z'),
});

/** Answers a request; undefined when no endpoint has this path. Rejects only for what nobody foresaw. */
export async function serveCredentials(
  request: EndpointRequest,
  endpoints: readonly CredentialEndpoint[],
  deps: StsDeps,
): Promise<EndpointReply | undefined> {
  const endpoint = endpoints.find(candidate => candidate.path === request.path);
  if (endpoint === undefined) return undefined;
  const row = kinds[endpoint.kind];
  let decisionId: string | undefined;
  if (request.method !== 'GET') {
    return { status: 405, decisionId, ...row.failure(405, 'MethodNotAllowed', 'Credentials are fetched with GET.') };
  }
  const call = callOf(request, deps, id => {
    decisionId = id;
  });
  const handshake = new AssumeTrace('sts:AssumeRole', endpoint.roleArn, { type: 'service', service: row.service });
  try {
    const issued = await decide(
      handshake,
      call,
      deps.decisionLog,
      async () =>
        assumeAsService(await authorizedRequest(request, endpoint, row, deps, handshake), call, deps, handshake),
      ({ facts, seconds }) => issueSession(facts, seconds, call.now, deps, undefined),
    );
    const body = JSON.stringify(row.reply(issued, endpoint));
    return { status: 200, contentType: 'application/json', body, decisionId };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { status: error.status, decisionId, ...row.failure(error.status, error.code, error.awsMessage ?? '') };
  }
}

/** Checks the Authorization header; answers what to assume, with the session tags of a pod. */
async function authorizedRequest(
  request: EndpointRequest,
  endpoint: CredentialEndpoint,
  row: KindRow,
  deps: StsDeps,
  handshake: AssumeTrace,
): Promise<ServiceRequest> {
  let tags: readonly Tag[] = [];
  if (endpoint.serviceAccount !== undefined) {
    const { serviceAccount } = endpoint;
    tags = await handshake.await('authorization', () =>
      assertServiceAccount(request.authorization, serviceAccount, deps),
    );
  } else if (
    endpoint.authorization !== undefined &&
    !isSameSecret(request.authorization ?? '', endpoint.authorization)
  ) {
    throw handshake.refuse(
      'authorization',
      new AwsError('AccessDenied', 401, 'The authorization token is missing or wrong.', {
        reason: 'wrong-authorization-token',
        detail: `The Authorization header is ${request.authorization === undefined ? 'missing' : 'not the configured token'}.`,
      }),
    );
  }
  handshake.pass('authorization', endpoint.serviceAccount === undefined ? 'token' : 'service-account');
  return {
    service: row.service,
    roleArn: endpoint.roleArn,
    sessionName: endpoint.sessionName,
    seconds: endpoint.seconds ?? row.seconds,
    tags,
  };
}

function callOf(request: EndpointRequest, deps: StsDeps, decided: (id: string) => void): Call<Caller> {
  return {
    requestId: deps.random.uuid(),
    service: 'sts',
    operation: 'AssumeRole',
    region: 'us-east-1',
    caller: undefined,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent,
    secure: false,
    host: request.host,
    requestSize: (request.authorization ?? '').length + request.userAgent.length + request.host.length,
    now: deps.clock.now(),
    decided,
  };
}
