/** Pending devices: limited in number and in bytes with their answers; the oldest are dropped first. */
import { expect, it } from 'vitest';
import { Devices } from '../../../src/idp/grants/devices.ts';
import { keptMebibytes } from '../../support/heap.ts';

const NOW = 1000;
const device = (code: string, scopes: readonly string[] = []) => ({
  code,
  grant: { issuerId: 'op', clientId: 'tv', scopes, claims: {}, authTime: NOW },
  userCode: `USER-${code}`,
  until: NOW + 600,
});

it('drops the oldest of more than a thousand', () => {
  const devices = new Devices();
  for (let at = 0; at < 1005; at++) devices.add(device(`${at}`));
  expect(devices.kept.devices).toBe(1000);
  expect(devices.showing('USER-4', 'op', NOW)).toBeUndefined();
  expect(devices.showing('USER-5', 'op', NOW)).toMatchObject({ code: '5' });
});

it('drops the oldest when their scopes take too many bytes', () => {
  const devices = new Devices();
  for (let at = 0; at < 50; at++) devices.add(device(`${at}`, ['s'.repeat(900_000)]));
  expect(devices.kept.devices).toBe(9);
  expect(devices.kept.bytes).toBeLessThan(8 * 1_048_576);
  expect(devices.showing('USER-40', 'op', NOW)).toBeUndefined();
  expect(devices.showing('USER-49', 'op', NOW)).toBeDefined();
});

it('counts answers, and no dropped devices', () => {
  const devices = new Devices();
  for (let at = 0; at < 50; at++) {
    devices.add(device(`${at}`));
    devices.answer(`${at}`, { note: 'n'.repeat(900_000) });
  }
  expect(devices.kept.bytes).toBeLessThan(8 * 1_048_576);
  expect(devices.answerOf('40')).toBeUndefined();
  expect(devices.answerOf('49')).toBeDefined();
  for (let at = 0; at < 50; at++) devices.remove(`${at}`);
  expect(devices.kept).toEqual({ devices: 0, bytes: 0 });
  devices.add(device('a'));
  devices.reset();
  expect(devices.kept).toEqual({ devices: 0, bytes: 0 });
});

it('does not keep the form of a scope or an answer in memory', () => {
  const devices = new Devices();
  const partOf = (at: number) => `${at}`.padEnd(1_000_000, 's').slice(0, 20);
  const kept = keptMebibytes(() => {
    for (let at = 0; at < 40; at++) {
      devices.add(device(`${at}`, [partOf(at)]));
      devices.answer(`${at}`, { sub: partOf(at) });
    }
    return devices;
  });
  expect(kept).toBeLessThan(5);
});

it('keeps one copy of a code that is sent repeatedly', () => {
  const devices = new Devices();
  const codeOf = (at: number) => Buffer.from(`${at}`.padEnd(100_000, 'c')).toString();
  const kept = keptMebibytes(() => {
    for (let at = 0; at < 40; at++) {
      devices.add(device(codeOf(at)));
      devices.answer(codeOf(at), 'denied');
      devices.recordPoll(codeOf(at), NOW, 5);
    }
    return devices;
  });
  // One for the code, one for the user code that the test derives from it.
  expect(kept).toBeLessThan(2 * 4.2);
  expect(devices.kept.devices).toBe(40);
  devices.answer('another', 'denied');
  expect(devices.answerOf('another')).toBeUndefined();
});

it('records polls of pending devices only', () => {
  const devices = new Devices();
  devices.add(device('a'));
  expect([
    devices.recordPoll('a', NOW, 5),
    devices.recordPoll('a', NOW + 1, 5),
    devices.recordPoll('a', NOW + 11, 5),
  ]).toEqual([true, false, true]);
  expect([devices.recordPoll('b', NOW, 5), devices.recordPoll('b', NOW, 5)]).toEqual([true, true]);
});
