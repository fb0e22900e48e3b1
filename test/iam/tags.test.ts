/** Tags of entities: letter case, limits, reserved keys. */
import { describe, expect, it } from 'vitest';
import { answerOf } from '../parity/iam-rows.ts';
import { ALLOW_S3, arn, METADATA, ROOT_TRUST, send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const tag = (Key: string, Value = 'v') => ({ Key, Value });

describe.each([
  ['Role', 'RoleName', 't', 'CreateRole', { RoleName: 't', AssumeRolePolicyDocument: ROOT_TRUST }],
  ['User', 'UserName', 't', 'CreateUser', { UserName: 't' }],
  ['Policy', 'PolicyArn', arn('policy/t'), 'CreatePolicy', { PolicyName: 't', PolicyDocument: ALLOW_S3 }],
  ['InstanceProfile', 'InstanceProfileName', 't', 'CreateInstanceProfile', { InstanceProfileName: 't' }],
  [
    'SAMLProvider',
    'SAMLProviderArn',
    arn('saml-provider/t'),
    'CreateSAMLProvider',
    { Name: 't', SAMLMetadataDocument: METADATA },
  ],
])('%s', (entityType, member, value, create, input) => {
  const key = { [member]: value };
  const tagsOf = async (harness: ReturnType<typeof createHarness>) =>
    (await send(harness, `List${entityType}Tags`, key))['Tags'];

  it('keys ignore letter case: a later tag replaces the value and the spelling', async () => {
    const harness = createHarness();
    await send(harness, create, { ...input, Tags: [tag('team', 'blue'), tag('App')] });
    await send(harness, `Tag${entityType}`, { ...key, Tags: [tag('TEAM', 'red')] });
    expect(await tagsOf(harness)).toEqual([tag('App'), tag('TEAM', 'red')]);
    await send(harness, `Untag${entityType}`, { ...key, TagKeys: ['team', 'unknown'] });
    expect(await tagsOf(harness)).toEqual([tag('App')]);
  });

  it('a duplicate key is InvalidInput', async () => {
    const answer = await answerOf(send(createHarness(), create, { ...input, Tags: [tag('a'), tag('A')] }));
    expect(answer).toMatchObject({
      code: 'InvalidInput',
      message: 'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    });
  });

  it('50 at most (text unconfirmed)', async () => {
    const harness = createHarness();
    await send(harness, create, { ...input, Tags: Array.from({ length: 50 }, (_, index) => tag(`k${index}`)) });
    const more = (Key: string) => answerOf(send(harness, `Tag${entityType}`, { ...key, Tags: [tag(Key)] }));
    expect(await more('K0')).toMatchObject({ ok: true });
    expect(await more('k50')).toMatchObject({ code: 'LimitExceeded', httpStatus: 409 });
  });

  it('the prefix aws: is reserved (text unconfirmed)', async () => {
    expect(await answerOf(send(createHarness(), create, { ...input, Tags: [tag('AWS:x')] }))).toMatchObject({
      code: 'InvalidInput',
    });
  });
});
