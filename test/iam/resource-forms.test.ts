/** Resources that IAM refuses, each with its message, and unusual ones that it accepts. */
import { describe, expect, it } from 'vitest';
import { awsManagedPolicies } from '../../src/accounts/managed-policies.ts';
import { resourceError } from '../../src/iam/resource-forms.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const LEGACY = 'The policy failed legacy parsing';
const VENDOR = 'Resource vendor must be fully qualified and cannot contain regexes.';
const PATHS =
  'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.';

describe('messages', () => {
  it.each([
    ['arn:aws:s3::bucket', LEGACY],
    ['arn:aws:s3:bucket', LEGACY],
    ['arn:aws::::bucket', LEGACY],
    ['arn:amazon:s3:::bucket', 'Partition "amazon" is not valid for resource "arn:amazon:s3:::bucket".'],
    ['arn:aws:*:us-east-1:111122223333:x', VENDOR],
    [
      'arn:aws:iam:us-east-1:111122223333:role/x',
      'IAM resource arn:aws:iam:us-east-1:111122223333:role/x cannot contain region information.',
    ],
    ['arn:aws:s3:us-east-1::bucket', 'Resource arn:aws:s3:us-east-1::bucket can not contain region information.'],
    ['arn:aws:iam::111122223333:bucket', PATHS],
    ['arn:aws:iam::111122223333:role', PATHS],
  ])('%s', (resource, text) => {
    expect(resourceError(resource)).toBe(text);
  });
});

it.each([
  '*',
  'arn:aws:s3:::bucket/*',
  'arn:aws:s3:::${aws:username}/*',
  'arn:aws:s3:us-east-1:111122223333:accesspoint/x',
  'arn:aws:sns:*',
  'arn:*:iam::*:role/x',
  'arn:aws-cn:s3:::b',
  'arn:aws:iam::*:root',
  'arn:aws:iam::111122223333:*',
  'arn:aws:iam::111122223333:ro*',
  'arn:aws:iam::aws:policy/ReadOnlyAccess',
  'arn:aws:iam::111122223333:mfa/${aws:username}',
  'arn:aws:iam::${aws:PrincipalAccount}:role/x',
])('%s is accepted', resource => {
  expect(resourceError(resource)).toBeUndefined();
});

it('AWS managed policies have no such resource', () => {
  const resources = awsManagedPolicies().flatMap(({ versions }) =>
    versions.flatMap(({ text }) => [...text.matchAll(/"(arn:[^"]*)"/g)].map(([, arn = '']) => arn)),
  );
  expect(resources.length).toBeGreaterThan(100);
  expect(resources.filter(resource => resourceError(resource) !== undefined)).toEqual([]);
});

describe('over the API', () => {
  const document = (Resource: string, Version?: string) =>
    JSON.stringify({ ...(Version && { Version }), Statement: [{ Effect: 'Allow', Action: 's3:*', Resource }] });

  it('an inline policy is checked too', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    const PolicyDocument = document('arn:aws:s3::b', '2012-10-17');
    expect(
      await answerOf(send(harness, 'PutUserPolicy', { UserName: 'u', PolicyName: 'p', PolicyDocument })),
    ).toMatchObject({
      code: 'MalformedPolicyDocument',
      message: LEGACY,
    });
  });

  it.each([undefined, '2008-10-17'])(
    'a managed policy of Version %s is refused, an inline one is not',
    async Version => {
      const harness = createHarness();
      await send(harness, 'CreateUser', { UserName: 'u' });
      const PolicyDocument = document('*', Version);
      expect(await answerOf(send(harness, 'CreatePolicy', { PolicyName: 'p', PolicyDocument }))).toMatchObject({
        code: 'MalformedPolicyDocument',
        message: 'Policy document must be version 2012-10-17 or greater.',
      });
      const inline = { UserName: 'u', PolicyName: 'p', PolicyDocument };
      expect(await answerOf(send(harness, 'PutUserPolicy', inline))).toMatchObject({ ok: true });
    },
  );
});
