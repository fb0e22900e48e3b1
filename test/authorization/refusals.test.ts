/** Refusals after authorization whose decision has more detail than the reply, and the memory that decisions about refused callers take. */
import { expect, it } from 'vitest';
import { dispatch } from '../../src/aws/dispatch.ts';
import { formatBasic } from '../../src/aws/sigv4-parse.ts';
import { arn, METADATA, ROOT_TRUST, send } from '../iam/fixtures.ts';
import { createHarness } from '../iam/harness.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { post } from '../support/aws-requests.ts';
import { keptMebibytes } from '../support/heap.ts';

const NOT_CARRIED = 'arn:aws:iam::aws:policy/AWSDataPipeline_FullAccess';

it.each([
  [
    'a URL that iam.providerUrls does not allow',
    'CreateOpenIDConnectProvider',
    { Url: 'https://example.com:8443' },
    'provider-url',
    /The setting iam\.providerUrls is local/,
    arn('oidc-provider/example.com:8443'),
  ],
  [
    'an AWS managed policy that is not included',
    'AttachRolePolicy',
    { RoleName: 'r', PolicyArn: NOT_CARRIED },
    'not-carried',
    /does not include the AWS managed policy arn:aws:iam::aws:policy\/AWSDataPipeline_FullAccess/,
    arn('role/r'),
  ],
  [
    'the errors of a document',
    'PutRolePolicy',
    { RoleName: 'r', PolicyName: 'p', PolicyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}' },
    'MalformedPolicyDocument',
    /\/Statement\/0/,
    arn('role/r'),
  ],
  [
    'metadata without a certificate',
    'CreateSAMLProvider',
    { Name: 's', SAMLMetadataDocument: METADATA.replace('use="signing"', 'use="encryption"') },
    'saml-metadata',
    /no signing certificate/,
    arn('saml-provider/s'),
  ],
])('%s', async (_, operation, input, reason, sentence, resource) => {
  const harness = createHarness();
  await send(harness, 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: ROOT_TRUST });
  const answer = await answerOf(send(harness, operation, input));
  expect(answer.ok).toBe(false);
  const [decision] = harness.deps.decisionLog.list();
  expect(decision).toMatchObject({
    action: `iam:${operation}`,
    resource,
    allowed: false,
    reason,
    error: { code: answer.code, message: answer.message },
    explanation: [expect.stringMatching(sentence), expect.stringMatching(/^Allowed: /)],
    fixes: [],
  });
  expect(harness.deps.decisionLog.list({ action: operation })).toHaveLength(1);
  expect(answer.message).not.toMatch(sentence);
});

it('what the authorizer refuses is recorded once, by the authorizer', async () => {
  const harness = createHarness();
  await send(harness, 'CreateUser', { UserName: 'u' });
  const { AccessKey } = await send(harness, 'CreateAccessKey', { UserName: 'u' });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = Object(AccessKey);
  harness.deps.decisionLog.clear();
  const input = { Url: 'https://example.com:8443' };
  await answerOf(send(harness, 'CreateOpenIDConnectProvider', input, { accessKeyId, secretAccessKey }));
  expect(harness.deps.decisionLog.list().map(({ reason }) => reason)).toEqual(['implicit-deny']);
});

it('decisions about unknown callers keep nothing of their requests', () => {
  const { pipeline, deps } = createHarness();
  const { decisionLog } = deps;
  const date = formatBasic(deps.clock.real());
  const refuse = (at: number): unknown => {
    const key = `AKIA${String(at).padStart(16, '0')}`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${date.slice(0, 8)}/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(8000)}`;
    const token = at % 2 === 0 ? '' : 'A'.repeat(6000);
    const headers = { authorization, 'x-amz-date': date, 'x-amz-security-token': token };
    return dispatch(post('Action=ListUsers&Version=2010-05-08', headers), pipeline);
  };
  expect(refuse(0)).toMatchObject({ status: 403, headers: { 'x-rolecall-decision': decisionLog.list()[0]?.id } });
  const kept = keptMebibytes(() => {
    for (let at = 1; at <= 2000; at++) refuse(at);
    return decisionLog;
  });
  const [one, other] = decisionLog.list();
  expect([one?.reason, other?.reason, decisionLog.list().length]).toEqual(['unknown-key', 'unknown-session', 1000]);
  expect(decisionLog.bytes).toBeLessThan(3 * 1_048_576);
  expect(kept).toBeLessThan(decisionLog.bytes / 1_048_576 + 1);
});
