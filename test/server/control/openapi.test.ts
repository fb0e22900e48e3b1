/** The responses of the control API match openapi.json: decisions and findings, validated against the documented schemas. */
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { validateValue } from '../../../src/config/validate.ts';
import { refusal, useEmulator } from '../../support/emulator.ts';

const bed = await useEmulator();

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<
      string,
      Record<
        string,
        { readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: TSchema }> }> }
      >
    >
  >;
}

async function documented(method: string, path: string): Promise<TSchema> {
  const { body } = await bed.control('GET', '/openapi.json');
  const schema = (body as OpenApi).paths[`/_rolecall${path}`]?.[method]?.responses['200']?.content?.['application/json']
    ?.schema;
  if (schema === undefined) throw new Error(`openapi.json has no answer of ${method} ${path}`);
  return schema;
}

const trust = {
  Version: '2012-10-17',
  Statement: {
    Sid: 'One',
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/idp.example.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      'ForAnyValue:StringLike': { 'idp.example.com:amr': ['mfa'] },
      StringEquals: { 'idp.example.com:sub': 'x' },
    },
  },
};
const question = {
  request: {
    principal: { federated: 'arn:aws:iam::123456789012:oidc-provider/idp.example.com' },
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: 'arn:aws:iam::123456789012:role/app',
    context: { 'idp.example.com:sub': 'y' },
  },
  policies: { kind: 'trust', resource: trust },
};

describe('openapi.json', () => {
  it('is OpenAPI 3.1 and contains every call', async () => {
    const { body } = await bed.control('GET', '/openapi.json');
    const { openapi, paths } = body as OpenApi;
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/_rolecall/evaluate',
        '/_rolecall/tokens',
        '/_rolecall/decisions/{id}',
        '/_rolecall/clock',
      ]),
    );
  });

  it.each([
    ['a denial', question],
    [
      'a permission',
      {
        ...question,
        request: { ...question.request, context: { 'idp.example.com:sub': 'x', 'idp.example.com:amr': ['mfa'] } },
      },
    ],
    [
      'identity policies',
      {
        request: { principal: 'arn:aws:iam::123456789012:user/ann', action: 's3:GetObject', resource: '*' },
        policies: { identity: [{ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }] },
      },
    ],
    [
      'a bucket of another account',
      {
        request: {
          principal: 'arn:aws:iam::123456789012:user/ann',
          action: 's3:GetObject',
          resource: 'arn:aws:s3:::bucket/key',
          resourceAccount: '210987654321',
        },
        policies: {
          kind: 'resource',
          resource: { Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' } },
        },
      },
    ],
  ])('describes the response of evaluate: %s', async (_, body) => {
    const answer = await bed.control('POST', '/evaluate', body);
    expect(answer.status).toBe(200);
    expect(validateValue(await documented('post', '/evaluate'), answer.body)).toEqual([]);
  });

  it('describes the responses of explain and of the decision log', async () => {
    await bed.registerGitHub();
    const roleArn = await bed.createRole('deploy');
    const webIdentityToken = await bed.mint({ event_name: 'pull_request' });
    const explained = await bed.control('POST', '/explain', {
      action: 'AssumeRoleWithWebIdentity',
      roleArn,
      webIdentityToken,
    });
    expect(validateValue(await documented('post', '/explain'), explained.body)).toEqual([]);
    expect(explained.body).toHaveProperty('fixes.1.admits.0');
    await refusal(bed.assume(roleArn, webIdentityToken));
    await refusal(bed.assume(roleArn, 'garbage'));
    const decisionLog = await bed.control('GET', '/decisions');
    expect((decisionLog.body as { decisions: unknown[] }).decisions.length).toBeGreaterThanOrEqual(4);
    expect(validateValue(await documented('get', '/decisions'), decisionLog.body)).toEqual([]);
  });

  it('takes unwanted in explain, and in the address of a decision', async () => {
    await bed.registerGitHub();
    const roleArn = await bed.createRole('deploy');
    const webIdentityToken = await bed.mint({ ref: 'refs/heads/main' });
    const call = { action: 'AssumeRoleWithWebIdentity', roleArn, webIdentityToken };
    const explained = await bed.control('POST', '/explain', { ...call, unwanted: true });
    expect(explained).toMatchObject({ status: 200, body: { allowed: true, fixes: [] } });
    expect(validateValue(await documented('post', '/explain'), explained.body)).toEqual([]);
    expect((await bed.control('POST', '/explain', { ...call, unwanted: 'yes' })).status).toBe(400);

    const { body } = await bed.control('GET', '/decisions?limit=1');
    const [{ id = '' } = {}] = (body as { decisions: { id?: string }[] }).decisions;
    const asked = await bed.control('GET', `/decisions/${id}?unwanted=true`);
    expect(asked).toMatchObject({ status: 200, body: { id, allowed: true } });
    expect(validateValue(await documented('get', '/decisions/{id}'), asked.body)).toEqual([]);
    expect((await bed.control('GET', `/decisions/${id}?unwanted=yes`)).status).toBe(400);
  });

  it('describes the response of lint, whose policy may be the body itself', async () => {
    const wrapped = await bed.control('POST', '/lint', { kind: 'trust', policy: trust });
    expect(validateValue(await documented('post', '/lint'), wrapped.body)).toEqual([]);
    expect(await bed.control('POST', '/lint', { kind: 'trust', ...trust })).toEqual(wrapped);
    expect(await bed.control('POST', '/lint', { kind: 'trust' })).toMatchObject({
      status: 400,
      body: { path: '/policy' },
    });
  });
});
