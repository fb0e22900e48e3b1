/** The limits of the trail: CloudTrail's maximum sizes of a record, number of events, and bytes. */
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../src/authorization/principals.ts';
import type { Outcome } from '../../src/aws/dispatch.ts';
import { AwsError } from '../../src/aws/error.ts';
import { Trail } from '../../src/cloudtrail/events.ts';
import { keptMebibytes } from '../support/heap.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/a-role-of-some-length`;

const caller: Caller = {
  kind: 'user',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
  userId: 'AIDA',
  entityId: 'AIDA',
  name: 'ann',
  accessKeyId: 'AKIA',
};

interface Of {
  readonly operation?: string;
  readonly auth?: 'signed' | 'none';
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: AwsError;
  readonly requester?: unknown;
  readonly userAgent?: string;
  readonly host?: string;
  readonly requestSize?: number;
}

let made = 0;
function outcome(of: Of): Outcome<Caller> {
  const { operation: name = 'AssumeRole', auth = 'signed', input = { RoleArn: ROLE }, userAgent = 'agent' } = of;
  const requestSize = of.requestSize ?? JSON.stringify(input).length + userAgent.length + (of.host ?? '').length;
  return {
    call: {
      requestId: `request ${made++}`,
      service: name.startsWith('Assume') ? 'sts' : 'iam',
      operation: name,
      region: 'us-east-1',
      caller: auth === 'signed' ? caller : undefined,
      sourceIp: '192.0.2.7',
      userAgent,
      secure: true,
      host: of.host ?? 'sts.amazonaws.com',
      requestSize,
      now: Date.UTC(2026, 10, 20),
      isoTime: '2026-11-20T00:00:00.000Z',
      decided: () => undefined,
    },
    operation: { name, auth } as Outcome<Caller>['operation'],
    input,
    ...(of.error === undefined ? { output: of.output ?? {} } : { error: of.error, requester: of.requester }),
  };
}

/** The record of one call. */
function recordOf(of: Of): Record<string, unknown> {
  const trail = new Trail();
  trail.observe(outcome(of));
  const [event] = [...trail.newest(ACCOUNT)];
  return { ...event?.record() };
}

const denied = (message: string) => new AwsError('AccessDenied', 403, message);
const long = (length: number) => 'A'.repeat(length);

describe('fields of a record', () => {
  it.each([1024, 1025, 20_000, 60_000])('userAgent of %i bytes is cut at 1 KB', length => {
    expect(recordOf({ userAgent: long(length) })['userAgent']).toBe(long(1024));
  });

  it.each([1024, 1025, 1_000_000])('errorMessage of %i bytes is cut at 1 KB', length => {
    expect(recordOf({ error: denied(long(length)), requestSize: length })).toMatchObject({
      errorCode: 'AccessDenied',
      errorMessage: long(1024),
    });
  });

  it('text is cut between characters', () => {
    expect(recordOf({ error: denied('ä'.repeat(600)) })['errorMessage']).toBe('ä'.repeat(512));
    expect(recordOf({ error: denied('€'.repeat(400)) })['errorMessage']).toBe('€'.repeat(341));
  });

  it.each([
    [1000, true],
    [102_000, true],
    [103_000, false],
    [1_000_000, false],
  ])('requestParameters with a policy of %i bytes are kept: %s', (length, kept) => {
    const Policy = long(length);
    const record = recordOf({ input: { RoleArn: ROLE, RoleSessionName: 's', Policy }, error: denied('no') });
    expect(record['requestParameters']).toEqual(
      kept ? { roleArn: ROLE, roleSessionName: 's', policy: Policy } : { omitted: true },
    );
  });

  it('responseElements are omitted above 100 KB, whatever the size of the request', () => {
    const output = { User: { UserName: 'ann', Tags: [{ Key: 'k', Value: long(110_000) }] } };
    const record = recordOf({ operation: 'CreateUser', input: { UserName: 'ann' }, output });
    expect(record).toMatchObject({ requestParameters: { userName: 'ann' }, responseElements: { omitted: true } });
    const small = recordOf({
      operation: 'CreateUser',
      input: { UserName: 'ann' },
      output: { User: { UserName: 'ann' } },
    });
    expect(small['responseElements']).toEqual({ user: { userName: 'ann' } });
  });

  it('host and requester of a large request are cut', () => {
    const record = recordOf({
      operation: 'AssumeRoleWithWebIdentity',
      auth: 'none',
      host: long(60_000),
      input: { RoleArn: ROLE, WebIdentityToken: 'secret', Policy: long(500_000) },
      error: denied(long(500_000)),
      requester: { provider: ROLE, audience: 'aud', subject: long(20_000) },
    });
    expect(JSON.stringify(record).length).toBeLessThan(20_000);
    expect(record).toMatchObject({
      errorMessage: 'An unknown error occurred',
      userIdentity: { type: 'WebIdentityUser', identityProvider: ROLE },
      requestParameters: { omitted: true },
    });
    expect(JSON.stringify(record)).not.toContain('secret');
  });
});

it('finds events with omitted parameters by their resources', () => {
  const trail = new Trail();
  trail.observe(outcome({ input: { RoleArn: ROLE, Policy: long(200_000) }, error: denied('no') }));
  const [event] = [...trail.newest(ACCOUNT)];
  expect(event?.resources()).toEqual([{ ResourceType: 'AWS::IAM::Role', ResourceName: ROLE }]);
});

describe('the ring', () => {
  it('drops the oldest events above the byte limit', () => {
    const trail = new Trail(1000, 1_000_000);
    for (let at = 0; at < 50; at++) {
      trail.observe(outcome({ input: { RoleArn: `${ROLE}-${at}`, Policy: long(90_000) }, error: denied('no') }));
    }
    const names = [...trail.newest(ACCOUNT)].map(event => event.resources()[0]?.ResourceName);
    expect(names.length).toBeGreaterThan(5);
    expect(names).toEqual(names.map((_, at) => `${ROLE}-${49 - at}`));
    expect(trail.bytes).toBeLessThanOrEqual(1_000_000);
  });

  it('drops the oldest events above the number limit', () => {
    const trail = new Trail(3);
    for (let at = 0; at < 5; at++) trail.observe(outcome({ input: { RoleArn: `${ROLE}-${at}` } }));
    expect([...trail.newest(ACCOUNT)].map(({ sequence }) => sequence)).toEqual([4, 3, 2]);
    expect([...trail.newest(ACCOUNT, 4)].map(({ sequence }) => sequence)).toEqual([3, 2]);
    trail.clear();
    expect([...trail.newest(ACCOUNT)]).toEqual([]);
  });

  it('keeps no event without an account, which nobody could look up', () => {
    const trail = new Trail(2);
    trail.observe(outcome({}));
    const throttled = new AwsError('Throttling', 400, 'Rate exceeded');
    const unread = outcome({ auth: 'none', operation: 'AssumeRoleWithWebIdentity', error: throttled });
    for (let at = 0; at < 3; at++)
      trail.observe({ ...unread, call: { ...unread.call, caller: undefined }, input: undefined });
    expect([...trail.newest(ACCOUNT)]).toHaveLength(1);
  });

  it('takes about the memory that it estimates', () => {
    const trail = new Trail();
    const kept = keptMebibytes(() => {
      for (let at = 0; at < 2000; at++) {
        // Substrings of a larger text, like the parameters of a form.
        const body = `${at}${ROLE}`.padEnd(100_000, 'A');
        const RoleArn = body.slice(String(at).length, String(at).length + ROLE.length);
        trail.observe(outcome({ input: { RoleArn, Policy: body.slice(200) }, error: denied(body) }));
      }
      return trail;
    });
    expect([...trail.newest(ACCOUNT)].length).toBeGreaterThan(100);
    expect(kept).toBeLessThan(trail.bytes / 1_048_576 + 4);
    expect(trail.bytes).toBeLessThanOrEqual(16 * 1_048_576);
  });
});
