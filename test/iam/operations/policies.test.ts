/** Managed policies: versions, quotas, attachments, and AWS managed policies. */
import { describe, expect, it } from 'vitest';
import { awsManagedPolicies, managedPolicy } from '../../../src/accounts/managed-policies.ts';
import { parsePolicy } from '../../../src/policy/index.ts';
import { MemoryStore } from '../../../src/store/memory.ts';
import { answerOf } from '../../parity/iam-rows.ts';
import { ALLOW_S3, arn, send } from '../fixtures.ts';
import { createHarness } from '../harness.ts';

const PolicyArn = arn('policy/team/p');
const create = { PolicyName: 'p', Path: '/team/', PolicyDocument: ALLOW_S3, Description: 'what for' };

describe('managed policies', () => {
  it('are returned without description by Create, with description and tags by Get', async () => {
    const harness = createHarness();
    const created = await send(harness, 'CreatePolicy', create);
    expect(created['Policy']).toMatchObject({
      PolicyName: 'p',
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/),
      Arn: PolicyArn,
      Path: '/team/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
    });
    expect(created['Policy']).not.toHaveProperty('Description');
    expect(await send(harness, 'GetPolicy', { PolicyArn })).toMatchObject({
      Policy: { Description: 'what for', Tags: [] },
    });
  });

  it('names are unique independently of letter case and path', async () => {
    const harness = createHarness();
    await send(harness, 'CreatePolicy', create);
    expect(await answerOf(send(harness, 'CreatePolicy', { ...create, PolicyName: 'P', Path: '/' }))).toMatchObject({
      code: 'EntityAlreadyExists',
      httpStatus: 409,
      message: 'A policy called P already exists. Duplicate names are not allowed.',
    });
  });

  it('with more than 6,144 characters exceed PolicySize', async () => {
    const PolicyDocument = ALLOW_S3.replace('"Effect"', `"Sid":"${'a'.repeat(6144)}","Effect"`);
    expect(await answerOf(send(createHarness(), 'CreatePolicy', { PolicyName: 'p', PolicyDocument }))).toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for PolicySize: 6144',
    });
  });

  it.each([
    [
      'a Principal',
      ALLOW_S3.replace('"Action"', '"Principal":"*","Action"'),
      'Policy document should not specify a principal.',
    ],
    ['no JSON', 'nonsense', 'Syntax errors in policy.'],
  ])('with %s are malformed', async (_, PolicyDocument, message) => {
    expect(await answerOf(send(createHarness(), 'CreatePolicy', { PolicyName: 'p', PolicyDocument }))).toMatchObject({
      code: 'MalformedPolicyDocument',
      httpStatus: 400,
      message,
    });
  });
});

describe('versions', () => {
  it('are five at most, numbered consecutively, newest first, and the default stays', async () => {
    const harness = createHarness();
    await send(harness, 'CreatePolicy', create);
    const more = (input = {}) =>
      answerOf(send(harness, 'CreatePolicyVersion', { PolicyArn, PolicyDocument: ALLOW_S3, ...input }));
    for (const version of ['v2', 'v3', 'v4']) {
      expect(await more()).toMatchObject({
        output: { PolicyVersion: { VersionId: version, IsDefaultVersion: false } },
      });
    }
    expect(await more({ SetAsDefault: true })).toMatchObject({ output: { PolicyVersion: { IsDefaultVersion: true } } });
    expect(await more()).toMatchObject({
      code: 'LimitExceeded',
      message:
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    });
    expect(await answerOf(send(harness, 'DeletePolicyVersion', { PolicyArn, VersionId: 'v5' }))).toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete the default version of a policy.',
    });
    await send(harness, 'DeletePolicyVersion', { PolicyArn, VersionId: 'v1' });
    expect(await more()).toMatchObject({ output: { PolicyVersion: { VersionId: 'v6' } } });
    const first = await send(harness, 'ListPolicyVersions', { PolicyArn, MaxItems: 3 });
    expect(first['Versions']).toMatchObject([{ VersionId: 'v6' }, { VersionId: 'v5' }, { VersionId: 'v4' }]);
    const rest = await send(harness, 'ListPolicyVersions', { PolicyArn, Marker: first['Marker'] });
    expect(rest).toMatchObject({ IsTruncated: false, Versions: [{ VersionId: 'v3' }, { VersionId: 'v2' }] });
    expect(await answerOf(send(harness, 'GetPolicyVersion', { PolicyArn, VersionId: 'v1' }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `Policy ${PolicyArn} version v1 does not exist or is not attachable.`,
    });
    expect(await answerOf(send(harness, 'DeletePolicy', { PolicyArn }))).toMatchObject({
      code: 'DeleteConflict',
      message: expect.stringContaining('This policy has more than one version.'),
    });
  });
});

describe('attachments', () => {
  it('are counted, and block the deletion of a policy', async () => {
    const harness = createHarness();
    await send(harness, 'CreatePolicy', create);
    await send(harness, 'CreateUser', { UserName: 'u' });
    await send(harness, 'AttachUserPolicy', { UserName: 'u', PolicyArn });
    await send(harness, 'AttachUserPolicy', { UserName: 'u', PolicyArn });
    await send(harness, 'PutUserPermissionsBoundary', { UserName: 'u', PermissionsBoundary: PolicyArn });
    expect(await send(harness, 'GetPolicy', { PolicyArn })).toMatchObject({
      Policy: { AttachmentCount: 1, PermissionsBoundaryUsageCount: 1 },
    });
    expect(await answerOf(send(harness, 'DeletePolicy', { PolicyArn }))).toMatchObject({
      code: 'DeleteConflict',
      message: 'Cannot delete a policy attached to entities.',
    });
    await send(harness, 'DetachUserPolicy', { UserName: 'u', PolicyArn });
    expect(await answerOf(send(harness, 'DetachUserPolicy', { UserName: 'u', PolicyArn }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `Policy ${PolicyArn} was not found.`,
    });
    expect(await answerOf(send(harness, 'DeletePolicy', { PolicyArn }))).toMatchObject({ code: 'DeleteConflict' });
    await send(harness, 'DeleteUserPermissionsBoundary', { UserName: 'u' });
    expect(await answerOf(send(harness, 'DeletePolicy', { PolicyArn }))).toMatchObject({ ok: true });
  });

  it.each([
    [
      'AttachUserPolicy',
      { UserName: 'u', PolicyArn: arn('policy/none') },
      `Policy ${arn('policy/none')} does not exist or is not attachable.`,
    ],
    ['GetPolicy', { PolicyArn: arn('policy/none') }, `Policy ${arn('policy/none')} was not found.`],
    [
      'GetPolicy',
      { PolicyArn: 'arn:aws:iam::aws:policy/NotCarried' },
      'Policy arn:aws:iam::aws:policy/NotCarried was not found.',
    ],
    [
      'PutUserPermissionsBoundary',
      { UserName: 'u', PermissionsBoundary: arn('policy/none') },
      `Scope ARN: ${arn('policy/none')} does not exist or is not attachable.`,
    ],
  ])('%s of a policy that does not exist', async (operation, input, message) => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    expect(await answerOf(send(harness, operation, input))).toMatchObject({
      code: 'NoSuchEntity',
      httpStatus: 404,
      message,
    });
  });

  it('with a text that is not an ARN', async () => {
    const harness = createHarness();
    await send(harness, 'CreateUser', { UserName: 'u' });
    const input = { UserName: 'u', PolicyArn: 'longer-than-twenty-characters' };
    expect(await answerOf(send(harness, 'AttachUserPolicy', input))).toMatchObject({
      code: 'ValidationError',
      message: 'Invalid ARN:  Could not be parsed!',
    });
  });
});

describe('AWS managed policies', () => {
  const all = awsManagedPolicies();
  it('are the 76 that Rolecall includes, with their versions', () => {
    expect(all).toHaveLength(76);
    expect(managedPolicy('arn:aws:iam::aws:policy/AdministratorAccess', new MemoryStore())).toMatchObject({
      name: 'AdministratorAccess',
      path: '/',
      defaultVersion: 'v1',
    });
  });

  it.each(all.map(policy => [policy.name, policy] as const))('%s compiles', (_, policy) => {
    for (const { text } of policy.versions) {
      expect(parsePolicy(text, { kind: 'identity', strictness: 'evaluated' })).toMatchObject({ ok: true });
    }
  });

  it('can be read and attached, not changed', async () => {
    const harness = createHarness();
    const ReadOnly = { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' };
    expect(await send(harness, 'GetPolicy', ReadOnly)).toMatchObject({ Policy: { PolicyName: 'ReadOnlyAccess' } });
    const { Versions } = (await send(harness, 'ListPolicyVersions', ReadOnly)) as { Versions: { VersionId: string }[] };
    expect(Versions).toHaveLength(1);
    expect(await answerOf(send(harness, 'DeletePolicy', ReadOnly))).toMatchObject({
      code: 'AccessDenied',
      httpStatus: 403,
    });
    const { Policies } = await send(harness, 'ListPolicies', { Scope: 'AWS', MaxItems: 1000 });
    expect(Policies).toHaveLength(76);
  });
});

describe('policies of another account', () => {
  const other = { accessKeyId: '111111111111', secretAccessKey: 'test' };
  const foreign = 'arn:aws:iam::111111111111:policy/foreign';

  it('can be neither attached nor set as a boundary', async () => {
    const harness = createHarness();
    await send(harness, 'CreatePolicy', { PolicyName: 'foreign', PolicyDocument: ALLOW_S3 }, other);
    await send(harness, 'CreateUser', { UserName: 'u' });
    expect(await answerOf(send(harness, 'AttachUserPolicy', { UserName: 'u', PolicyArn: foreign }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `Policy ${foreign} does not exist or is not attachable.`,
    });
    const boundary = { UserName: 'u', PermissionsBoundary: foreign };
    expect(await answerOf(send(harness, 'PutUserPermissionsBoundary', boundary))).toMatchObject({
      code: 'NoSuchEntity',
      message: `Scope ARN: ${foreign} does not exist or is not attachable.`,
    });
  });
});
