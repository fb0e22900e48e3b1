/** The request protocols of the other platforms, as their clients use them. */
import type { FastifyInstance, InjectOptions } from 'fastify';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRequest } from '../../../src/idp/types.ts';
import { appUnderTest, IAT, idpUnderTest } from '../under-test.ts';

const { idp } = idpUnderTest();
let app: FastifyInstance;
beforeAll(async () => {
  app = await appUnderTest(idp);
});
afterAll(async () => {
  await app.close();
  await idp.close();
});

const BASE = 'http://localhost:4592';
const job = async (issuer: string, more: Partial<JobRequest> = {}) =>
  (await idp.job({ issuer, baseUrl: BASE, directory: '/tmp/job', ...more })).variables;
const send = (options: InjectOptions & { url: string }) =>
  app.inject({ ...options, url: options.url.replace(BASE, '') });

describe('Azure DevOps', () => {
  const ask = async (claims: Record<string, unknown>, query: string, payload = '', issuer = 'azure-devops') => {
    const { SYSTEM_OIDCREQUESTURI = '', SYSTEM_ACCESSTOKEN = '' } = await job(issuer, { claims });
    return send({
      method: 'POST',
      url: `${SYSTEM_OIDCREQUESTURI}?api-version=7.1${query}`,
      headers: { authorization: `Bearer ${SYSTEM_ACCESSTOKEN}`, 'content-type': 'application/json' },
      payload,
    });
  };

  it('POST with an empty body returns {oidcToken}', async () => {
    const answer = await ask({ organization: 'acme' }, '');
    expect(answer.statusCode).toBe(200);
    expect(Object.keys(answer.json())).toEqual(['oidcToken']);
    expect(decodeJwt(answer.json().oidcToken)).toMatchObject({
      sub: 'p://acme/my-project/my-pipeline',
      aud: 'api://AzureADTokenExchange',
    });
  });

  it('uses the service connection of the query', async () => {
    expect(decodeJwt((await ask({}, '&serviceConnectionId=aws')).json().oidcToken).sub).toBe(
      'sc://my-org/my-project/aws',
    );
    const entra = await ask({}, '&serviceConnectionId=c0ffee', '{}', 'azure-devops-entra');
    expect(decodeJwt(entra.json().oidcToken).sub).toMatch(/^\/eid1\/c\/pub\/t\/.+\/a\/.+\/sc\/.+\/c0ffee$/);
  });

  it('refuses a request without a valid job token', async () => {
    const { SYSTEM_OIDCREQUESTURI = '' } = await job('azure-devops');
    const answer = await send({ method: 'POST', url: SYSTEM_OIDCREQUESTURI, headers: { authorization: 'Bearer x' } });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toHaveProperty('message');
  });
});

describe('Buildkite (path and body as in the agent, unconfirmed)', () => {
  it('accepts audience, lifetime, claims, subject claim and session tags', async () => {
    const env = await job('buildkite', { claims: { pipeline_slug: 'web' } });
    const answer = await send({
      method: 'POST',
      url: `${env['BUILDKITE_AGENT_ENDPOINT']}/jobs/${env['BUILDKITE_JOB_ID']}/oidc/tokens`,
      headers: { authorization: `Token ${env['BUILDKITE_AGENT_ACCESS_TOKEN']}` },
      payload: {
        audience: 'sts.amazonaws.com',
        lifetime: 600,
        claims: ['pipeline_id'],
        aws_session_tags: ['pipeline_slug'],
      },
    });
    expect(decodeJwt(answer.json().token)).toMatchObject({
      aud: 'sts.amazonaws.com',
      exp: IAT + 600,
      pipeline_id: '0184990a-477b-4fa8-9968-496074483cf7',
      job_id: env['BUILDKITE_JOB_ID'],
      'https://aws.amazon.com/tags': { principal_tags: { pipeline_slug: ['web'] } },
    });
  });

  it('refuses more than two hours, and requests without a valid job token', async () => {
    const env = await job('buildkite');
    const url = `${env['BUILDKITE_AGENT_ENDPOINT']}/jobs/1/oidc/tokens`;
    const headers = { authorization: `Token ${env['BUILDKITE_AGENT_ACCESS_TOKEN']}` };
    expect((await send({ method: 'POST', url, headers, payload: { lifetime: 7201 } })).statusCode).toBe(422);
    expect((await send({ method: 'POST', url, payload: {} })).statusCode).toBe(401);
  });
});

describe('Fly', () => {
  const url = '/idp/fly/v1/tokens/oidc';

  it.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain'])('reads a body of %s', async type => {
    const payload = '{"aud": "https://app.example/?a=b&c=d"}';
    const answer = await send({ method: 'POST', url, headers: { 'content-type': type }, payload });
    expect(decodeJwt(answer.body).aud).toBe('https://app.example/?a=b&c=d');
  });

  it('returns only the token for {aud}', async () => {
    const answer = await send({ method: 'POST', url, payload: { aud: 'sts.amazonaws.com' } });
    expect(decodeJwt(answer.body)).toMatchObject({ aud: 'sts.amazonaws.com', sub: 'my-org:my-app:weathered-frost-42' });
  });

  it.each([{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
    'does not answer a page: %j',
    async headers => {
      expect((await send({ method: 'POST', url, headers, payload: {} })).statusCode).toBe(403);
    },
  );
});

describe('a job', () => {
  it.each([
    [{ repositry: 'a/b' }, 'unknown-claim', '/claims/repositry', 'repository'],
    [{ run_id: 7 }, 'wrong-type', '/claims/run_id', '"30433642"'],
  ])('with %j is refused before it starts', async (claims, code, path, suggestion) => {
    const request = { issuer: 'github-actions', claims, baseUrl: 'http://localhost:4592', directory: 'x' };
    await expect(idp.job(request)).rejects.toMatchObject({ name: 'IdpProblem', code, path, suggestion });
  });
});

describe('Kubernetes TokenRequest', () => {
  const url = '/idp/kubernetes/api/v1/namespaces/prod/serviceaccounts/app/token';

  it('answers 201 with a TokenRequest', async () => {
    const answer = await send({
      method: 'POST',
      url,
      payload: { spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 600 } },
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'app', namespace: 'prod', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 600 },
      status: { expirationTimestamp: '2026-01-01T00:10:00Z' },
    });
    expect(decodeJwt(answer.json().status.token)).toMatchObject({
      aud: ['sts.amazonaws.com'],
      sub: 'system:serviceaccount:prod:app',
      exp: IAT + 600,
    });
  });

  it('takes as many audiences as a mint request', async () => {
    const ask = (count: number) =>
      send({ method: 'POST', url, payload: { spec: { audiences: Array.from({ length: count }, (_, i) => `a${i}`) } } });
    expect((await ask(100)).statusCode).toBe(201);
    const refused = await ask(101);
    expect([refused.statusCode, refused.json()]).toEqual([
      400,
      expect.objectContaining({ kind: 'Status', message: '`audience` must be an array of at most 100 strings' }),
    ]);
  });

  it('binds the token to the given pod, or to none (kubectl create token)', async () => {
    const ref = { kind: 'Pod', apiVersion: 'v1', name: 'web-0', uid: 'u-1' };
    const bound = (await send({ method: 'POST', url, payload: { spec: { boundObjectRef: ref } } })).json();
    expect(bound.spec.boundObjectRef).toEqual(ref);
    expect(decodeJwt(bound.status.token)['kubernetes.io']).toMatchObject({ pod: { name: 'web-0', uid: 'u-1' } });
    const free = (await send({ method: 'POST', url, payload: {} })).json();
    expect(free.spec.boundObjectRef).toBeNull();
    expect(Object.keys(decodeJwt(free.status.token)['kubernetes.io'] as object)).toEqual([
      'namespace',
      'serviceaccount',
    ]);
  });

  it('has the audience of the API server and one hour by default', async () => {
    const { spec } = (await send({ method: 'POST', url, payload: {} })).json();
    expect(spec).toMatchObject({
      audiences: ['https://kubernetes.default.svc.cluster.local'],
      expirationSeconds: 3600,
    });
  });

  it.each([
    [{ spec: { expirationSeconds: 599 } }, 422, 'Invalid'],
    [{ spec: { expirationSeconds: 'x' } }, 422, 'Invalid'],
    [{ spec: { audiences: 'x' } }, 400, 'BadRequest'],
    [{ spec: { boundObjectRef: { kind: 'Secret', name: 'x' } } }, 400, 'BadRequest'],
  ])('%j is a Status', async (payload, code, reason) => {
    const answer = await send({ method: 'POST', url, payload });
    expect(answer.statusCode).toBe(code);
    expect(answer.json()).toMatchObject({ kind: 'Status', status: 'Failure', reason, code });
  });
});

describe('the metadata server of Google', () => {
  const path = '/computeMetadata/v1/instance/service-accounts/default/identity';
  const headers = { 'metadata-flavor': 'Google' };

  it('returns the token as text, with instance details in the full format only', async () => {
    const plain = await send({ url: `${path}?audience=https://app`, headers });
    expect(plain.headers['metadata-flavor']).toBe('Google');
    expect(decodeJwt(plain.body)).toMatchObject({
      iss: 'https://accounts.google.com',
      aud: 'https://app',
      sub: '113774264463038321964',
    });
    expect(decodeJwt(plain.body)).not.toHaveProperty('google');
    const full = await send({ url: `${path}?audience=https://app&format=full`, headers });
    expect(decodeJwt(full.body)).toMatchObject({ google: { compute_engine: { project_number: 739_419_398_126 } } });
  });

  it('requires the header and an audience, and refuses forwarded requests', async () => {
    expect((await send({ url: `${path}?audience=a` })).statusCode).toBe(403);
    expect(
      (await send({ url: `${path}?audience=a`, headers: { ...headers, 'x-forwarded-for': '1.2.3.4' } })).statusCode,
    ).toBe(403);
    expect((await send({ url: path, headers })).statusCode).toBe(400);
  });

  it.each([
    ['instance/service-accounts/default/', 'aliases\nemail\nidentity\nscopes\n'],
    ['instance/service-accounts/default/email', 'gae-sa@my-project.iam.gserviceaccount.com'],
    ['project/project-id', 'my-project'],
    ['universe/universe-domain', 'googleapis.com'],
  ])('answers the requests that clients send before: %s', async (asked, text) => {
    const answer = await send({ url: `/computeMetadata/v1/${asked}`, headers });
    expect(answer).toMatchObject({ statusCode: 200, body: text, headers: { 'metadata-flavor': 'Google' } });
    expect((await send({ url: `/computeMetadata/v1/${asked}` })).statusCode).toBe(403);
  });

  it('returns all details of an account in one response', async () => {
    const url = '/computeMetadata/v1/instance/service-accounts/default/?recursive=true';
    const answer = await send({ url, headers });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toMatchObject({
      aliases: ['default'],
      email: 'gae-sa@my-project.iam.gserviceaccount.com',
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    });
  });

  it('is found by GCE_METADATA_HOST and by its own name', async () => {
    const host = 'localhost:4592';
    await expect(job('google-compute-metadata', { claims: { email: 'a@b.example' } })).rejects.toMatchObject({
      path: '/claims',
    });
    expect(await job('google-compute-metadata')).toEqual({ GCE_METADATA_HOST: host, GCE_METADATA_IP: host });
    expect(idp.routeByHost('metadata.google.internal', `${path}?audience=a`)).toEqual({
      issuerId: 'google-compute-metadata',
      path: `${path}?audience=a`,
    });
    const routed = await send({ url: `/idp/google-compute-metadata${path}?audience=a`, headers });
    expect(routed.statusCode).toBe(200);
    expect((await send({ url: '/computeMetadata/v1/instance', headers })).statusCode).toBe(200);
  });
});

describe('platforms that put the token into a variable', () => {
  it.each([
    ['gitlab-ci', 'GITLAB_OIDC_TOKEN', 'https://gitlab.com'],
    ['circleci', 'CIRCLE_OIDC_TOKEN', 'https://oidc.circleci.com/org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a'],
    ['circleci-v2', 'CIRCLE_OIDC_TOKEN_V2', 'https://oidc.circleci.com/org/3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a'],
    [
      'bitbucket-pipelines',
      'BITBUCKET_STEP_OIDC_TOKEN',
      'https://api.bitbucket.org/2.0/workspaces/my-workspace/pipelines-config/identity/oidc',
    ],
    ['hcp-terraform', 'TFC_WORKLOAD_IDENTITY_TOKEN', 'https://app.terraform.io'],
    ['vercel', 'VERCEL_OIDC_TOKEN', 'https://oidc.vercel.com/acme'],
    ['custom', 'OIDC_TOKEN', 'https://issuer.example.test'],
  ])('%s: %s', async (issuer, name, iss) => {
    const variables = await job(issuer, { audience: 'sts.amazonaws.com' });
    expect(decodeJwt(variables[name] ?? '')).toMatchObject({ iss });
    expect([decodeJwt(variables[name] ?? '').aud].flat()).toEqual(['sts.amazonaws.com']);
  });

  it('a job of an unknown issuer is refused like in mint', async () => {
    const refused = idp.job({ issuer: 'gitlab', baseUrl: BASE, directory: '/tmp' });
    await expect(refused).rejects.toMatchObject({ code: 'unknown-issuer', suggestion: 'gitlab-ci' });
  });
});
