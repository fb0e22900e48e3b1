/** CloudTrail with the real SDK: the events of a job, and the recorded answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandInput,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, describe, expect, it } from 'vitest';
import { formatExpiration } from '../../src/cloudtrail/members.ts';
import { ACCOUNT, ADMINISTRATOR, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();
const client = (credentials: typeof ADMINISTRATOR) =>
  new CloudTrailClient({ endpoint: bed.rolecall.url, region: 'us-east-1', maxAttempts: 1, credentials });
const cloudTrail = client(ADMINISTRATOR);
afterAll(() => cloudTrail.destroy());

const lookup = (input: LookupEventsCommandInput = {}) => cloudTrail.send(new LookupEventsCommand(input));
const by = (
  AttributeKey: 'EventName' | 'EventSource' | 'Username' | 'ResourceName' | 'AccessKeyId',
  AttributeValue: string,
) => lookup({ LookupAttributes: [{ AttributeKey, AttributeValue }] });
const record = (event: Event | undefined): Record<string, unknown> => JSON.parse(event?.CloudTrailEvent ?? '{}');

describe('the events of a job', () => {
  it('are found by event source, newest first', async () => {
    await bed.registerGitHub();
    const keys = await bed.assume(await bed.createRole('deploy'), await bed.mint());
    await bed.sts(keys).send(new GetCallerIdentityCommand({}));
    const { Events: events = [] } = await by('EventSource', 'sts.amazonaws.com');
    expect(events.map(event => event.EventName)).toEqual(['GetCallerIdentity', 'AssumeRoleWithWebIdentity']);
    const [identity, assume] = events;
    expect(record(identity)).toMatchObject({
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/test-session`,
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, userName: 'deploy' },
          webIdFederationData: { federatedProvider: PROVIDER_ARN },
          attributes: { mfaAuthenticated: 'false' },
        },
      },
      requestParameters: null,
      responseElements: null,
      readOnly: true,
    });
    expect(record(assume)).toMatchObject({
      eventVersion: '1.11',
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: `${PROVIDER_ARN}:sts.amazonaws.com:repo:octo-org/octo-repo:ref:refs/heads/main`,
        userName: 'repo:octo-org/octo-repo:ref:refs/heads/main',
        identityProvider: PROVIDER_ARN,
      },
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRoleWithWebIdentity',
      requestParameters: { roleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`, roleSessionName: 'test-session' },
      responseElements: {
        assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/test-session` },
        audience: 'sts.amazonaws.com',
        provider: PROVIDER_ARN,
        credentials: { accessKeyId: keys.accessKeyId, expiration: formatExpiration(keys.expiration.getTime()) },
      },
      resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: `arn:aws:iam::${ACCOUNT}:role/deploy` }],
      recipientAccountId: ACCOUNT,
      eventType: 'AwsApiCall',
      eventCategory: 'Management',
    });
  });

  it('shows a denial without its reason, as CloudTrail does', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({ event_name: 'pull_request' })));
    const subject = 'repo:octo-org/octo-repo:pull_request';
    const { Events: [event] = [] } = await by('Username', subject);
    expect(record(event)).toMatchObject({
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: `${PROVIDER_ARN}:sts.amazonaws.com:${subject}`,
        userName: subject,
        identityProvider: PROVIDER_ARN,
      },
      errorCode: 'AccessDenied',
      errorMessage: 'An unknown error occurred',
      requestParameters: { roleArn: role, roleSessionName: 'test-session' },
      responseElements: null,
    });
  });

  it('shows a denied AssumeRole with its message', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/none`;
    const { message } = await refusal(bed.sts().send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'ann' })));
    const { Events: [event] = [] } = await by('EventName', 'AssumeRole');
    expect(record(event)).toMatchObject({ errorCode: 'AccessDenied', errorMessage: message });
  });

  it('shows a role assumed in another account to both accounts', async () => {
    const home = '111122223333';
    const role = await bed.createRole('shared');
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${home}:root` }, Action: 'sts:AssumeRole' }],
    };
    await bed
      .iam()
      .send(new UpdateAssumeRolePolicyCommand({ RoleName: 'shared', PolicyDocument: JSON.stringify(trust) }));
    const keys = { accessKeyId: home, secretAccessKey: 'test' };
    await bed.sts(keys).send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'visit' }));
    await refusal(bed.sts(keys).send(new AssumeRoleCommand({ RoleArn: `${role}-not`, RoleSessionName: 'visit' })));

    const { Events: [roleEvent] = [] } = await by('EventName', 'AssumeRole');
    const homeTrail = client(keys);
    const { Events: [, callerEvent] = [] } = await homeTrail.send(new LookupEventsCommand({}));
    homeTrail.destroy();
    const resources = [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: role }];
    expect(record(callerEvent)).toMatchObject({
      userIdentity: { type: 'IAMUser', accountId: home, accessKeyId: home },
      recipientAccountId: home,
      resources,
    });
    const { userIdentity: known } = record(callerEvent) as { userIdentity: { principalId: string } };
    expect(record(roleEvent)).toMatchObject({
      userIdentity: { type: 'AWSAccount', principalId: known.principalId, accountId: home },
      recipientAccountId: ACCOUNT,
      sharedEventID: record(callerEvent)['sharedEventID'],
      responseElements: record(callerEvent)['responseElements'],
      resources,
    });
    expect(record(callerEvent)['sharedEventID']).toBeTruthy();
    expect(roleEvent?.EventId).not.toBe(callerEvent?.EventId);
    expect([roleEvent?.AccessKeyId, roleEvent?.Username]).toEqual([undefined, undefined]);
  });

  it('does not record calls with an invalid token', async () => {
    await refusal(bed.assume(`arn:aws:iam::${ACCOUNT}:role/none`, 'garbage'));
    expect((await by('EventName', 'AssumeRoleWithWebIdentity')).Events).toEqual([]);
  });

  it('contains no token and no secret', async () => {
    await bed.registerGitHub();
    const token = await bed.mint();
    const keys = await bed.assume(await bed.createRole('deploy'), token);
    await bed.iam().send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey: key } = await bed.iam().send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const all = JSON.stringify((await lookup()).Events);
    for (const secret of [token, keys.secretAccessKey, keys.sessionToken, key?.SecretAccessKey]) {
      expect(secret).toBeTruthy();
      expect(all).not.toContain(secret);
    }
    expect(all).toContain(key?.AccessKeyId);
  });
});

describe('LookupEvents', () => {
  it('distinguishes reads from writes and returns resources', async () => {
    await bed.registerGitHub();
    await bed.createRole('deploy');
    await bed.iam().send(new GetRoleCommand({ RoleName: 'deploy' }));
    const { Events: events = [] } = await by('ResourceName', 'deploy');
    expect(events.map(({ EventName, ReadOnly }) => [EventName, ReadOnly])).toEqual([
      ['GetRole', 'true'],
      ['CreateRole', 'false'],
    ]);
    expect(record(events[1])).toMatchObject({
      responseElements: { role: { roleName: 'deploy' } },
      awsRegion: 'us-east-1',
    });
  });

  it('pages with a token that is bound to its parameters', async () => {
    for (let at = 0; at < 5; at++) await bed.sts().send(new GetCallerIdentityCommand({}));
    const first = await lookup({ MaxResults: 2 });
    const second = await lookup({ MaxResults: 2, NextToken: first.NextToken });
    const third = await lookup({ MaxResults: 2, NextToken: second.NextToken });
    const ids = [first, second, third].flatMap(({ Events: events = [] }) => events.map(event => event.EventId));
    expect(new Set(ids).size).toBe(5);
    expect(third.NextToken).toBeUndefined();
    expect(await refusal(lookup({ MaxResults: 3, NextToken: first.NextToken }))).toMatchObject({
      code: 'InvalidNextTokenException',
      status: 400,
    });
  });

  it('uses the movable clock, up to 90 days back', async () => {
    await bed.sts().send(new GetCallerIdentityCommand({}));
    expect((await lookup()).Events).toHaveLength(1);
    await bed.control('PUT', '/clock', { advance: 'P91D' });
    expect((await lookup()).Events).toEqual([]);
  });

  it('requires permission', async () => {
    await bed.iam().send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey: key } = await bed.iam().send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const ann = client({ accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' });
    expect(await refusal(ann.send(new LookupEventsCommand({})))).toEqual({
      code: 'AccessDeniedException',
      status: 403,
      message: `User: arn:aws:iam::${ACCOUNT}:user/ann is not authorized to perform: cloudtrail:LookupEvents on resource: * because no identity-based policy allows the cloudtrail:LookupEvents action`,
    });
    ann.destroy();
  });

  it.each([
    [
      { LookupAttributes: [{ AttributeKey: 'Other' as 'EventId', AttributeValue: 'x' }] },
      'InvalidLookupAttributesException',
    ],
    [
      { LookupAttributes: [{ AttributeKey: 'EventId' as const, AttributeValue: '_'.repeat(1001) }] },
      'InvalidLookupAttributesException',
    ],
    [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
    [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
    [{ EventCategory: 'management' as 'insight' }, 'InvalidEventCategoryException'],
  ])('%j is %s', async (input, code) => {
    expect(await refusal(lookup(input))).toMatchObject({ code, status: 400 });
  });
});

describe('recorded answers', () => {
  interface Row {
    readonly id: string;
    readonly operation: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly expect: { readonly ok: boolean; readonly code?: string; readonly eventCount?: number };
  }
  const file = join(import.meta.dirname, '../parity/recorded/aws-recorded-iam.jsonl');
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Row)
    .filter(row => row.operation === 'LookupEvents');

  it('are eight', () => expect(rows).toHaveLength(8));

  it.each(rows)('$id', async ({ input, expect: wanted }) => {
    const { StartTime: start, EndTime: end, ...rest } = input;
    const moment = (value: unknown) => new Date(typeof value === 'number' ? value * 1000 : String(value));
    const call = lookup({
      ...rest,
      ...(start === undefined ? {} : { StartTime: moment(start) }),
      ...(end === undefined ? {} : { EndTime: moment(end) }),
    });
    if (!wanted.ok) expect((await refusal(call)).code).toBe(wanted.code);
    else {
      const { Events: events = [] } = await call;
      if (wanted.eventCount !== undefined) expect(events).toHaveLength(wanted.eventCount);
    }
  });
});
