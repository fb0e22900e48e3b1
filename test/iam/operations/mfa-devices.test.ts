/** Virtual MFA devices: TOTP codes (RFC 6238) on the movable clock, each time step once. */
import { describe, expect, it } from 'vitest';
import { verifyMfa } from '../../../src/authorization/mfa.ts';
import { loadTotp, matchingStep, stepAt } from '../../../src/authorization/totp.ts';
import { answerOf } from '../../parity/iam-rows.ts';
import { arn, code, send } from '../fixtures.ts';
import { ACCOUNT, createHarness } from '../harness.ts';

describe('TOTP: the SHA-1 vectors of RFC 6238, appendix B, cut to six digits', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i seconds: %s', async (seconds, digits) => {
    const totp = await loadTotp();
    const seed = totp.base32(Buffer.from('12345678901234567890'));
    expect(seed).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    const step = Math.floor(seconds / 30);
    expect(stepAt(seconds * 1000)).toBe(step);
    expect(matchingStep(totp, seed, digits, seconds * 1000, { tolerance: 0, used: undefined })).toBe(step);
    expect(matchingStep(totp, seed, digits, seconds * 1000, { tolerance: 0, used: step })).toBeUndefined();
    expect(matchingStep(totp, seed, '000000', seconds * 1000, { tolerance: 0, used: undefined })).toBeUndefined();
  });
});

async function enabled() {
  const harness = createHarness();
  harness.clock.freeze(true);
  await send(harness, 'CreateUser', { UserName: 'u' });
  const made = (await send(harness, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone', Path: '/x/' })) as {
    VirtualMFADevice: { SerialNumber: string; Base32StringSeed: Uint8Array };
  };
  const { SerialNumber, Base32StringSeed } = made.VirtualMFADevice;
  const seed = Buffer.from(Base32StringSeed).toString();
  const at = (offset: number): string => code(seed, stepAt(harness.clock.now()) + offset);
  const two = (first: number) => ({ AuthenticationCode1: at(first), AuthenticationCode2: at(first + 1) });
  const enable = (first: number) => send(harness, 'EnableMFADevice', { UserName: 'u', SerialNumber, ...two(first) });
  const verify = (offset: number) =>
    verifyMfa({ account: ACCOUNT, name: 'u' }, SerialNumber, at(offset), {
      store: harness.store,
      clock: harness.clock,
    });
  return { harness, SerialNumber, seed, enable, verify, two };
}

describe('devices', () => {
  it('have an ARN for a serial number and a seed of 64 characters', async () => {
    const { SerialNumber, seed } = await enabled();
    expect(SerialNumber).toBe(arn('mfa/x/phone'));
    expect(seed).toMatch(/^[A-Z2-7]{64}$/);
  });

  it('are enabled by two consecutive codes, once', async () => {
    const { harness, SerialNumber, enable } = await enabled();
    const wrong = { UserName: 'u', SerialNumber, AuthenticationCode1: '000000', AuthenticationCode2: '000001' };
    expect(await answerOf(send(harness, 'EnableMFADevice', wrong))).toMatchObject({
      code: 'InvalidAuthenticationCode',
      httpStatus: 403,
    });
    await enable(-1);
    expect(await send(harness, 'ListMFADevices', { UserName: 'u' })).toMatchObject({
      MFADevices: [{ UserName: 'u', SerialNumber }],
    });
    expect(await answerOf(enable(0))).toMatchObject({
      code: 'EntityAlreadyExists',
      message: 'MFA Device is already in use.',
    });
    expect(await answerOf(send(harness, 'DeleteVirtualMFADevice', { SerialNumber }))).toMatchObject({
      code: 'DeleteConflict',
      message: 'MFA VirtualDevice in use. Must deactivate first.',
    });
    expect(await send(harness, 'ListVirtualMFADevices', { AssignmentStatus: 'Assigned' })).toMatchObject({
      VirtualMFADevices: [{ SerialNumber, User: { UserName: 'u' } }],
    });
    expect(await send(harness, 'ListVirtualMFADevices', { AssignmentStatus: 'Unassigned' })).toMatchObject({
      VirtualMFADevices: [],
    });
    expect(await send(harness, 'GetMFADevice', { SerialNumber })).toMatchObject({ UserName: 'u', SerialNumber });
  });

  it('that do not exist or belong to another user are refused', async () => {
    const { harness, SerialNumber } = await enabled();
    expect(await answerOf(send(harness, 'DeactivateMFADevice', { UserName: 'u', SerialNumber }))).toMatchObject({
      code: 'NoSuchEntity',
      message: 'MFA Device invalid for user.',
    });
    await send(harness, 'DeleteVirtualMFADevice', { SerialNumber });
    expect(await answerOf(send(harness, 'DeleteVirtualMFADevice', { SerialNumber }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `VirtualMFADevice with serial number ${SerialNumber} doesn't exist.`,
    });
  });
});

describe('verifyMfa', () => {
  it.each([-2, -1, 0, 1, 2])('step %i is accepted once (recorded)', async offset => {
    const { enable, verify } = await enabled();
    await enable(-10);
    expect(await verify(offset)).toBe(true);
    expect(await verify(offset)).toBe(false);
  });

  it.each([-3, 3])('step %i is refused', async offset => {
    const { enable, verify } = await enabled();
    await enable(-10);
    expect(await verify(offset)).toBe(false);
  });

  it('a step before a used step is refused', async () => {
    const { enable, verify } = await enabled();
    await enable(-10);
    expect(await verify(1)).toBe(true);
    expect(await verify(0)).toBe(false);
    expect(await verify(2)).toBe(true);
  });

  it('of two concurrent calls with one code, one is accepted', async () => {
    const { enable, verify } = await enabled();
    await enable(-10);
    expect((await Promise.all([verify(0), verify(0)])).filter(Boolean)).toHaveLength(1);
  });

  it('the device of another user, and a device that is not enabled, are refused', async () => {
    const { harness, SerialNumber, seed, enable, verify } = await enabled();
    expect(await verify(0)).toBe(false);
    await enable(-10);
    const right = code(seed, stepAt(harness.clock.now()));
    expect(await verifyMfa({ account: ACCOUNT, name: 'other' }, SerialNumber, right, harness)).toBe(false);
    expect(await verifyMfa({ account: '999999999999', name: 'u' }, SerialNumber, right, harness)).toBe(false);
  });

  it('uses the movable clock', async () => {
    const { harness, enable, verify } = await enabled();
    harness.clock.set(Date.UTC(2030, 0, 1));
    await enable(0);
    harness.clock.advance(3_600_000);
    expect(await verify(0)).toBe(true);
  });
});

describe('tags of devices', () => {
  it('are created with the device, added, listed in pages and removed', async () => {
    const harness = createHarness();
    const Tags = [{ Key: 'team', Value: 'blue' }];
    await send(harness, 'CreateVirtualMFADevice', { VirtualMFADeviceName: 'phone', Tags });
    const SerialNumber = arn('mfa/phone');
    await send(harness, 'TagMFADevice', { SerialNumber, Tags: [{ Key: 'Owner', Value: 'me' }] });
    const first = await send(harness, 'ListMFADeviceTags', { SerialNumber, MaxItems: 1 });
    expect(first).toMatchObject({ Tags: [{ Key: 'Owner', Value: 'me' }], IsTruncated: true });
    await send(harness, 'UntagMFADevice', { SerialNumber, TagKeys: ['OWNER'] });
    expect(await send(harness, 'ListMFADeviceTags', { SerialNumber })).toMatchObject({ Tags, IsTruncated: false });
  });

  it('of a device that does not exist are NoSuchEntity', async () => {
    const SerialNumber = arn('mfa/none');
    expect(await answerOf(send(createHarness(), 'ListMFADeviceTags', { SerialNumber }))).toMatchObject({
      code: 'NoSuchEntity',
      message: `VirtualMFADevice with serial number ${SerialNumber} doesn't exist.`,
    });
  });
});
