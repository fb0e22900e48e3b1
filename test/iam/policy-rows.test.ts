/** Policy operations: the same walk for every noun that policies hang on. */
import { describe, expect, it } from 'vitest';
import { iamService } from '../../src/iam/service.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { ALLOW_S3, arn, ROOT_TRUST, send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const names = iamService.operations.map(row => row.name);
const PolicyArn = arn('policy/p');
const attached = { PolicyName: 'p', PolicyArn };

const start = async (noun: string, input: object) => {
  const harness = createHarness();
  await send(harness, `Create${noun}`, { ...input });
  await send(harness, 'CreatePolicy', { PolicyName: 'p', PolicyDocument: ALLOW_S3 });
  harness.deps.decisionLog.clear();
  return harness;
};

describe.each([
  ['Role', 'role', { RoleName: 'h' }, { RoleName: 'h', AssumeRolePolicyDocument: ROOT_TRUST }, true],
  ['User', 'user', { UserName: 'h' }, { UserName: 'h' }, true],
  ['Group', 'group', { GroupName: 'h' }, { GroupName: 'h' }, false],
])('%s', (noun, word, subject, input, hasBoundary) => {
  it('each operation exists once', () => {
    const inline = [`Put${noun}Policy`, `Get${noun}Policy`, `List${noun}Policies`, `Delete${noun}Policy`];
    const managed = [`Attach${noun}Policy`, `Detach${noun}Policy`, `ListAttached${noun}Policies`];
    const boundary = [`Put${noun}PermissionsBoundary`, `Delete${noun}PermissionsBoundary`];
    const count = (name: string): number => names.filter(candidate => candidate === name).length;
    expect([...inline, ...managed].map(count)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(boundary.map(count)).toEqual(hasBoundary ? [1, 1] : [0, 0]);
  });

  it('put, get, list and delete an inline policy', async () => {
    const harness = await start(noun, input);
    const list = async () => (await send(harness, `List${noun}Policies`, subject))['PolicyNames'];
    await send(harness, `Put${noun}Policy`, { ...subject, PolicyName: 'Inline', PolicyDocument: ALLOW_S3 });
    expect(await send(harness, `Get${noun}Policy`, { ...subject, PolicyName: 'inline' })).toMatchObject({
      ...subject,
      PolicyName: 'inline',
      PolicyDocument: encodeURIComponent(ALLOW_S3).replaceAll('*', '%2A'),
    });
    expect(await list()).toEqual(['Inline']);
    await send(harness, `Delete${noun}Policy`, { ...subject, PolicyName: 'INLINE' });
    expect(await list()).toEqual([]);
    expect(await answerOf(send(harness, `Get${noun}Policy`, { ...subject, PolicyName: 'x' }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `The ${word} policy with name x cannot be found.`,
    });
    const resources = new Set(harness.deps.decisionLog.list().map(({ resource }) => resource));
    expect([...resources]).toEqual([arn(`${word}/h`)]);
  });

  it('attach, list and detach a managed policy', async () => {
    const harness = await start(noun, input);
    const list = async (PathPrefix = '/') =>
      (await send(harness, `ListAttached${noun}Policies`, { ...subject, PathPrefix }))['AttachedPolicies'];
    await send(harness, `Attach${noun}Policy`, { ...subject, PolicyArn });
    expect(await list()).toEqual([attached]);
    expect(await list('/other/')).toEqual([]);
    await send(harness, `Detach${noun}Policy`, { ...subject, PolicyArn });
    expect(await list()).toEqual([]);
    expect(await answerOf(send(harness, `Detach${noun}Policy`, { ...subject, PolicyArn }))).toMatchObject({
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
])('%s', (noun, word, subject, input) => {
  it('put and delete the permissions boundary', async () => {
    const harness = await start(noun, input);
    const boundary = async () =>
      Object(Object((await send(harness, `Get${noun}`, subject))[noun]))['PermissionsBoundary'];
    await send(harness, `Put${noun}PermissionsBoundary`, { ...subject, PermissionsBoundary: PolicyArn });
    expect(await boundary()).toMatchObject({ PermissionsBoundaryArn: PolicyArn });
    await send(harness, `Delete${noun}PermissionsBoundary`, subject);
    expect(await boundary()).toBeUndefined();
    expect(await answerOf(send(harness, `Delete${noun}PermissionsBoundary`, subject))).toMatchObject({
      code: 'NoSuchEntity',
      message: `No permissions boundary is attached to ${word} h.`,
    });
  });
});
