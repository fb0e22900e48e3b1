/** STS functions other than assume calls: credential endpoints, outbound federation, authorization messages, trade-in tokens. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, EnableOutboundWebIdentityFederationCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetDelegatedAccessTokenCommand,
  GetWebIdentityTokenCommand,
} from '@aws-sdk/client-sts';
import { fromHttp } from '@aws-sdk/credential-providers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, keysOf, refusal, useEmulator } from '../support/emulator.ts';

const ECS_ROLE = `arn:aws:iam::${ACCOUNT}:role/task`;
const EKS_ROLE = `arn:aws:iam::${ACCOUNT}:role/pod`;
const CLUSTER = 'https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E';

const bed = await useEmulator({
  credentialEndpoints: [
    { kind: 'ecs', path: '/v2/credentials/app', roleArn: ECS_ROLE, sessionName: 'task-1', authorization: 'let-me-in' },
    {
      kind: 'eks',
      path: '/v1/credentials',
      roleArn: EKS_ROLE,
      sessionName: 'eks-cluster-app',
      serviceAccount: {
        issuer: CLUSTER,
        clusterArn: `arn:aws:eks:us-west-2:${ACCOUNT}:cluster/production`,
        namespace: 'my-namespace',
        name: 'my-serviceaccount',
      },
    },
  ],
});

const trust = (service: string, action: string | string[] = 'sts:AssumeRole') =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Service: service }, Action: action },
  });
const createRole = (RoleName: string, AssumeRolePolicyDocument: string) =>
  bed.iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));

describe('the credential endpoint of a container', () => {
  it('returns credentials of the task role to an SDK', async () => {
    await createRole('task', trust('ecs-tasks.amazonaws.com'));
    const provider = fromHttp({
      awsContainerCredentialsFullUri: `${bed.rolecall.url}/credentials/v2/credentials/app`,
      awsContainerAuthorizationToken: 'let-me-in',
    });
    const identity = await bed.sts((await provider()) as never).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/task/task-1`);
  });

  it('rejects a request without the authorization token', async () => {
    await createRole('task', trust('ecs-tasks.amazonaws.com'));
    const answer = await fetch(`${bed.rolecall.url}/credentials/v2/credentials/app`);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('SecretAccessKey');
    expect(bed.rolecall.decisions.list()[0]).toMatchObject({ allowed: false, resource: ECS_ROLE });
  });

  it('rejects a role that does not trust the service', async () => {
    await createRole('task', trust('lambda.amazonaws.com'));
    const answer = await fetch(`${bed.rolecall.url}/credentials/v2/credentials/app`, {
      headers: { authorization: 'let-me-in' },
    });
    expect(answer.status).toBe(403);
  });

  it('names the setting to declare if the endpoint does not exist', async () => {
    const answer = await fetch(`${bed.rolecall.url}/credentials/v2/credentials/other`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('credentialEndpoints');
  });
});

describe('the agent of EKS Pod Identity', () => {
  it('accepts the service account token from a file and tags the session', async () => {
    await createRole('pod', trust('pods.eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession']));
    const { token } = await bed.rolecall.mint({ issuer: 'eks-pod-identity' });
    const file = join(mkdtempSync(join(tmpdir(), 'rolecall-pod-')), 'token');
    writeFileSync(file, token);
    const provider = fromHttp({
      awsContainerCredentialsFullUri: `${bed.rolecall.url}/credentials/v1/credentials`,
      awsContainerAuthorizationTokenFile: file,
    });
    const identity = await bed.sts((await provider()) as never).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/pod/eks-cluster-app`);
  });
});

describe('outbound federation', () => {
  it.each(['RS256', 'ES384'])('a relying party verifies a token signed with %s', async algorithm => {
    const { IssuerIdentifier: issuer = '' } = await bed.iam().send(new EnableOutboundWebIdentityFederationCommand({}));
    const { WebIdentityToken: token = '' } = await bed
      .sts()
      .send(new GetWebIdentityTokenCommand({ Audience: ['https://api.example.com'], SigningAlgorithm: algorithm }));
    const id = new URL(issuer).hostname.split('.')[0];
    const discovery = (await (
      await fetch(`${bed.rolecall.url}/idp/aws-outbound/${id}/.well-known/openid-configuration`)
    ).json()) as { issuer: string; jwks_uri: string };
    expect(discovery.issuer).toBe(issuer);
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(discovery.jwks_uri)), {
      issuer,
      audience: 'https://api.example.com',
    });
    expect(payload.sub).toBe(`arn:aws:iam::${ACCOUNT}:user/rolecall/rolecall-admin`);
    expect(payload['https://sts.amazonaws.com/']).toMatchObject({ aws_account: ACCOUNT });
  });

  it('an unknown issuer is not served', async () => {
    const answer = await fetch(
      `${bed.rolecall.url}/idp/aws-outbound/11111111-2222-3333-4444-555555555555/.well-known/jwks.json`,
    );
    expect(answer.status).toBe(404);
  });
});

describe('an encoded authorization message', () => {
  it('of a denied decision can be decoded with DecodeAuthorizationMessage', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/none`;
    await refusal(bed.sts().send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'ann' })));
    const [decision] = bed.rolecall.decisions.list();
    const { body } = await bed.control('GET', `/decisions/${decision?.id}/authorization-message`);
    const { encodedMessage } = body as { encodedMessage: string };
    const { DecodedMessage: decoded = '{}' } = await bed
      .sts()
      .send(new DecodeAuthorizationMessageCommand({ EncodedMessage: encodedMessage }));
    expect(JSON.parse(decoded)).toMatchObject({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: { action: 'sts:AssumeRole', resource: role },
    });
  });
});

describe('a trade-in token', () => {
  it('from the control API can be exchanged for credentials of its role', async () => {
    const { Role: role } = await createRole('delegate', trust('ecs-tasks.amazonaws.com'));
    const { body } = await bed.control('POST', '/trade-in-tokens', { roleArn: role?.Arn, sessionName: 'delegate-1' });
    const { tradeInToken } = body as { tradeInToken: string };
    const traded = await bed.sts().send(new GetDelegatedAccessTokenCommand({ TradeInToken: tradeInToken }));
    const identity = await bed.sts(keysOf(traded.Credentials)).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/delegate/delegate-1`);
    await bed.control('PUT', '/clock', { advance: 'PT2H' });
    expect(
      await refusal(bed.sts().send(new GetDelegatedAccessTokenCommand({ TradeInToken: tradeInToken }))),
    ).toMatchObject({
      code: 'ExpiredTradeInTokenException',
      status: 400,
    });
  });
});
