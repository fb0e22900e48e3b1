/** Refusals whose decision has more detail than the reply. */
import { expect, it } from 'vitest';
import { arn, METADATA, ROOT_TRUST, send } from '../iam/fixtures.ts';
import { createHarness } from '../iam/harness.ts';
import { answerOf } from '../parity/iam-rows.ts';

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
    explanation: [expect.stringMatching(sentence)],
  });
  expect(answer.message).not.toMatch(sentence);
});

it('an error without a detail records no second decision', async () => {
  const harness = createHarness();
  await answerOf(send(harness, 'GetRole', { RoleName: 'nobody' }));
  expect(harness.deps.decisionLog.list()[0]).toMatchObject({ action: 'iam:GetRole', allowed: true });
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
