/** Container credentials and the EKS Pod Identity agent, with the credential providers of the AWS SDK. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromHttp } from '@aws-sdk/credential-providers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CredentialEndpoint, serveCredentials } from '../../src/sts/credential-endpoints/endpoints.ts';
import { ACCOUNT, createHarness, type Harness } from './harness.ts';
import { mint, standardKeys } from './tokens.ts';

const CLUSTER = 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC';
const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

const endpoints: readonly CredentialEndpoint[] = [
  { kind: 'ecs', path: '/v2/credentials/task', roleArn: role('task'), sessionName: 'task-1' },
  { kind: 'ecs', path: '/guarded', roleArn: role('task'), sessionName: 'task-2', authorization: 'Bearer secret' },
  { kind: 'ecs', path: '/refused', roleArn: role('pod'), sessionName: 'task-3' },
  {
    kind: 'eks',
    path: '/v1/credentials',
    roleArn: role('pod'),
    sessionName: 'pod-1',
    serviceAccount: {
      issuer: CLUSTER,
      clusterArn: `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/blue`,
      namespace: 'apps',
      name: 'worker',
    },
  },
];

let harness: Harness;
let server: Server;
let base: string;

beforeEach(async () => {
  harness = createHarness();
  harness.keySets.set(CLUSTER, standardKeys());
  const create = (RoleName: string, Service: string, Action: string[], Condition?: object) =>
    harness.iam('CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service }, Action, ...(Condition === undefined ? {} : { Condition }) },
        ],
      }),
    });
  await create('task', 'ecs-tasks.amazonaws.com', ['sts:AssumeRole']);
  await create('pod', 'pods.eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession'], {
    StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'apps', 'aws:RequestTag/eks-cluster-name': 'blue' },
  });
  server = createServer((request, response) => {
    const { authorization, host = '', 'user-agent': userAgent = '' } = request.headers;
    void serveCredentials(
      { method: request.method ?? '', path: request.url ?? '', authorization, sourceIp: '127.0.0.1', userAgent, host },
      endpoints,
      harness.deps,
    ).then(reply => {
      response.writeHead(reply?.status ?? 404, { 'content-type': reply?.contentType ?? 'text/plain' });
      response.end(reply?.body ?? '');
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise(done => server.close(done)));

const fetched = (path: string, token?: string) =>
  fromHttp({
    awsContainerCredentialsFullUri: `${base}${path}`,
    ...(token === undefined ? {} : { awsContainerAuthorizationToken: token }),
    maxRetries: 0,
  })();

const identityOf = async (credentials: Awaited<ReturnType<typeof fetched>>) => {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
  return (await harness.sts('GetCallerIdentity', {}, { accessKeyId, secretAccessKey, sessionToken })).result['Arn'];
};

const podToken = (change: object = {}): string => {
  const now = Math.floor(harness.clock.now() / 1000);
  return mint({
    iss: CLUSTER,
    aud: ['pods.eks.amazonaws.com'],
    sub: 'system:serviceaccount:apps:worker',
    iat: now,
    exp: now + 600,
    'kubernetes.io': { pod: { name: 'worker-1', uid: 'u-1' } },
    ...change,
  });
};

describe('container credentials', () => {
  it('are those of a task role', async () => {
    expect(await identityOf(await fetched('/v2/credentials/task'))).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/task/task-1`,
    );
  });

  it('can require an authorization token', async () => {
    expect(await identityOf(await fetched('/guarded', 'Bearer secret'))).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/task/task-2`,
    );
    await expect(fetched('/guarded', 'Bearer guess')).rejects.toThrow();
    await expect(fetched('/guarded')).rejects.toThrow();
  });

  it('are refused by the trust policy of a role for another service, with a decision', async () => {
    await expect(fetched('/refused')).rejects.toThrow();
    expect(harness.deps.decisionLog.list({ limit: 1 })[0]).toMatchObject({ allowed: false, reason: 'implicit-deny' });
  });
});

describe('EKS Pod Identity', () => {
  it('gives the pod a session with the tags of EKS', async () => {
    expect(await identityOf(await fetched('/v1/credentials', podToken()))).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/pod/pod-1`,
    );
  });

  it('has transitive tags, which apply when the pod assumes another role', async () => {
    await harness.iam('PutRolePolicy', {
      RoleName: 'pod',
      PolicyName: 'go',
      PolicyDocument:
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}',
    });
    await harness.iam('CreateRole', {
      RoleName: 'next',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
      }),
    });
    const { sessionToken = '', ...keys } = await fetched('/v1/credentials', podToken());
    const asked = { RoleArn: role('next'), RoleSessionName: 'next-1' };
    const answer = await harness.sts('AssumeRole', asked, { ...keys, sessionToken });
    expect(answer.status).toBe(200);
    expect(Number(answer.result['PackedPolicySize'])).toBeGreaterThan(0);
    const again = { ...asked, 'Tags.member.1.Key': 'kubernetes-namespace', 'Tags.member.1.Value': 'other' };
    expect(await harness.sts('AssumeRole', again, { ...keys, sessionToken })).toMatchObject({
      code: 'InvalidParameterValue',
    });
  });

  it.each([
    ['another service account', { sub: 'system:serviceaccount:apps:other' }, 'wrong-service-account'],
    ['another audience', { aud: ['sts.amazonaws.com'] }, 'wrong-audience'],
    ['another cluster', { iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/DEF' }, 'unknown-issuer'],
    ['an expired token', { exp: 1 }, 'expired-token'],
  ])('refuses %s', async (_, change, reason) => {
    await expect(fetched('/v1/credentials', podToken(change))).rejects.toThrow();
    expect(harness.deps.decisionLog.list({ limit: 1 })[0]).toMatchObject({ allowed: false, reason });
  });
});
