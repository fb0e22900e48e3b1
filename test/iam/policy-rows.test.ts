/** Policy operations: the same tests for every entity type with policies. */
import { describe, expect, it } from 'vitest';
import { iamService } from '../../src/iam/service.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { ALLOW_S3, arn, ROOT_TRUST, send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const names = iamService.operations.map(row => row.name);
const PolicyArn = arn('policy/p');
const attached = { PolicyName: 'p', PolicyArn };

const start = async (entityType: string, input: object) => {
  const harness = createHarness();
  await send(harness, `Create${entityType}`, { ...input });
  await send(harness, 'CreatePolicy', { PolicyName: 'p', PolicyDocument: ALLOW_S3 });
  harness.deps.decisionLog.clear();
  return harness;
};

describe.each([
  ['Role', 'role', { RoleName: 'h' }, { RoleName: 'h', AssumeRolePolicyDocument: ROOT_TRUST }, true],
  ['User', 'user', { UserName: 'h' }, { UserName: 'h' }, true],
  ['Group', 'group', { GroupName: 'h' }, { GroupName: 'h' }, false],
])('%s', (entityType, word, subject, input, hasBoundary) => {
  it('each operation exists once', () => {
    const inline = [
      `Put${entityType}Policy`,
      `Get${entityType}Policy`,
      `List${entityType}Policies`,
      `Delete${entityType}Policy`,
    ];
    const managed = [`Attach${entityType}Policy`, `Detach${entityType}Policy`, `ListAttached${entityType}Policies`];
    const boundary = [`Put${entityType}PermissionsBoundary`, `Delete${entityType}PermissionsBoundary`];
    const count = (name: string): number => names.filter(candidate => candidate === name).length;
    expect([...inline, ...managed].map(count)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(boundary.map(count)).toEqual(hasBoundary ? [1, 1] : [0, 0]);
  });

  it('put, get, list and delete an inline policy', async () => {
    const harness = await start(entityType, input);
    const list = async () => (await send(harness, `List${entityType}Policies`, subject))['PolicyNames'];
    await send(harness, `Put${entityType}Policy`, { ...subject, PolicyName: 'Inline', PolicyDocument: ALLOW_S3 });
    expect(await send(harness, `Get${entityType}Policy`, { ...subject, PolicyName: 'inline' })).toMatchObject({
      ...subject,
      PolicyName: 'inline',
      PolicyDocument: encodeURIComponent(ALLOW_S3).replaceAll('*', '%2A'),
    });
    expect(await list()).toEqual(['Inline']);
    await send(harness, `Delete${entityType}Policy`, { ...subject, PolicyName: 'INLINE' });
    expect(await list()).toEqual([]);
    expect(await answerOf(send(harness, `Get${entityType}Policy`, { ...subject, PolicyName: 'x' }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `The ${word} policy with name x cannot be found.`,
    });
    const resources = new Set(harness.deps.decisionLog.list().map(({ resource }) => resource));
    expect([...resources]).toEqual([arn(`${word}/h`)]);
  });

  it('attach, list and detach a managed policy', async () => {
    const harness = await start(entityType, input);
    const list = async (PathPrefix = '/') =>
      (await send(harness, `ListAttached${entityType}Policies`, { ...subject, PathPrefix }))['AttachedPolicies'];
    await send(harness, `Attach${entityType}Policy`, { ...subject, PolicyArn });
    expect(await list()).toEqual([attached]);
    expect(await list('/other/')).toEqual([]);
    await send(harness, `Detach${entityType}Policy`, { ...subject, PolicyArn });
    expect(await list()).toEqual([]);
    expect(await answerOf(send(harness, `Detach${entityType}Policy`, { ...subject, PolicyArn }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `Policy ${PolicyArn} was not found.`,
    });
    const resources = new Set(harness.deps.decisionLog.list().map(({ resource }) => resource));
    expect([...resources]).toEqual([arn(`${word}/h`)]);
  });
});

describe.each([
  ['Role', 'role', { RoleName: 'h' }, { RoleName: 'h', AssumeRolePolicyDocument: ROOT_TRUST }],
  ['User', 'user', { UserName: 'h' }, { UserName: 'h' }],
])('%s', (entityType, word, subject, input) => {
  it('put and delete the permissions boundary', async () => {
    const harness = await start(entityType, input);
    const boundary = async () =>
      Object(Object((await send(harness, `Get${entityType}`, subject))[entityType]))['PermissionsBoundary'];
    await send(harness, `Put${entityType}PermissionsBoundary`, { ...subject, PermissionsBoundary: PolicyArn });
    expect(await boundary()).toMatchObject({ PermissionsBoundaryArn: PolicyArn });
    await send(harness, `Delete${entityType}PermissionsBoundary`, subject);
    expect(await boundary()).toBeUndefined();
    expect(await answerOf(send(harness, `Delete${entityType}PermissionsBoundary`, subject))).toMatchObject({
      code: 'NoSuchEntity',
      message: `No permissions boundary is attached to ${word} h.`,
    });
  });
});
