/** Names of inherited object properties are ordinary names in AWS calls and policies: tags, keys, actions, members. */
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateRoleCommand, GetRoleCommand, SimulateCustomPolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { ADMINISTRATOR, useEmulator } from '../support/emulator.ts';
import { INHERITED, own, PROTO, TRAP } from '../support/inherited-names.ts';

const bed = await useEmulator();
const trail = new CloudTrailClient({
  endpoint: bed.rolecall.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: ADMINISTRATOR,
});

describe('the AWS endpoint', () => {
  it.each(INHERITED)('accepts %s as a tag, a session tag, a context key and a name', async name => {
    const RoleName = `role-${name}`;
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: { StringEquals: { [`aws:RequestTag/${name}`]: 'x' } },
        },
      ],
    };
    const iam = bed.iam();
    const made = await iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify(trust),
        Tags: [{ Key: name, Value: 'x' }],
      }),
    );
    expect((await iam.send(new GetRoleCommand({ RoleName }))).Role?.Tags).toEqual([{ Key: name, Value: 'x' }]);
    const assume = (Value: string) =>
      bed
        .sts()
        .send(new AssumeRoleCommand({ RoleArn: made.Role?.Arn, RoleSessionName: name, Tags: [{ Key: name, Value }] }));
    expect((await assume('x')).AssumedRoleUser?.Arn).toContain(`/${name}`);
    await expect(assume('y')).rejects.toMatchObject({ name: 'AccessDenied' });
    const simulated = await iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [
          JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: `s3:${name}`,
                Resource: '*',
                Condition: {
                  StringEquals: { [name]: 'x', [`aws:RequestTag/${name}`]: `\${aws:PrincipalTag/${name}}` },
                },
              },
            ],
          }),
        ],
        ActionNames: [`s3:${name}`],
        ContextEntries: [name, `aws:PrincipalTag/${name}`, `aws:RequestTag/${name}`].map(ContextKeyName => ({
          ContextKeyName,
          ContextKeyType: 'string',
          ContextKeyValues: ['x'],
        })),
      }),
    );
    expect(simulated.EvaluationResults?.[0]).toMatchObject({ EvalActionName: `s3:${name}`, EvalDecision: 'allowed' });
  });

  it.each([...INHERITED, PROTO])(
    'refuses %s as an action, a member or a target as it refuses any other',
    async name => {
      const version = { Version: '2011-06-15' };
      const action = await bed.form({ Action: name, ...version });
      expect([action.status, action.text]).toEqual([400, expect.stringContaining(`<Code>InvalidAction</Code>`)]);
      for (const key of [
        name,
        `Tags.member.1.${name}`,
        `Tags.${name}.1.Key`,
        `PolicyArns.${name}`,
        `${name}.member.1`,
      ]) {
        const answer = await bed.form({ Action: 'AssumeRole', ...version, [key]: name });
        expect(answer.status).toBe(403);
        expect(answer.text).toContain('<Code>MissingAuthenticationToken</Code>');
      }
      const headers = { 'x-amz-target': `CloudTrail_20131101.${name}`, 'content-type': 'application/x-amz-json-1.1' };
      const target = await fetch(bed.rolecall.url, { method: 'POST', headers, body: JSON.stringify(own(name, 1)) });
      expect([target.status, await target.text()]).toEqual([400, expect.stringContaining('UnknownOperationException')]);
    },
  );

  it.each(INHERITED)('reads JSON members next to a member %s', async name => {
    const attribute = { AttributeKey: name, AttributeValue: name };
    const events = trail.send(new LookupEventsCommand({ LookupAttributes: [attribute as never], ...own(name, TRAP) }));
    await expect(events).rejects.toMatchObject({
      name: expect.stringMatching(/^Invalid|ValidationException/),
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('a policy', () => {
  const statement = (more: object) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more }],
  });
  const documents = (name: string): readonly unknown[] => [
    own(name, 'x'),
    { Version: name, Statement: own(name, 'x') },
    statement(own(name, 'x')),
    statement({ Effect: name, Action: `${name}:${name}`, Resource: name }),
    statement({ Condition: own(name, { 'aws:x': 'y' }) }),
    statement({ Condition: { StringEquals: own(name, TRAP) } }),
    statement({ Condition: { StringEquals: { [name]: [TRAP] } }, Sid: TRAP, Resource: [TRAP] }),
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: own(name, TRAP), Action: 'sts:AssumeRole' }] },
    {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: name, AWS: [TRAP] }, Action: TRAP }],
    },
  ];

  it.each(INHERITED)('with %s in any place is linted, evaluated and stored like any other', async name => {
    for (const document of documents(name)) {
      for (const kind of ['trust', 'identity', 'resource', 'scp']) {
        expect(await bed.control('POST', '/lint', { kind, policy: document })).toMatchObject({ status: 200 });
      }
      for (const policy of [document, JSON.stringify(document)]) {
        const request = {
          principal: 'arn:aws:iam::000000000000:user/x',
          action: `${name}:${name}`,
          resource: name,
          context: own(name, 'x'),
        };
        const answer = await bed.control('POST', '/evaluate', {
          request,
          policies: { identity: [policy], resource: policy },
        });
        expect(answer.status).toBeLessThan(500);
      }
      const roles = [{ name: 'r', trust: document, inlinePolicies: own(name, document), tags: own(name, 'x') }];
      expect((await bed.control('PUT', '/state', { accounts: { '000000000000': { roles } } })).status).toBeLessThan(
        500,
      );
    }
  });

  it.each(INHERITED)('compares the key %s of the context', async name => {
    const identity = statement({ Condition: { StringEquals: { [name]: 'x' } } });
    const ask = async (context: object) => {
      const request = { principal: 'arn:aws:iam::000000000000:user/x', action: 's3:GetObject', resource: '*', context };
      return (await bed.control('POST', '/evaluate', { request, policies: { identity } })).body;
    };
    expect(await ask(own(name, 'x'))).toMatchObject({ allowed: true });
    expect(await ask(own(name, 'y'))).toMatchObject({ allowed: false });
    expect(await ask({})).toMatchObject({ allowed: false });
  });

  it.each(INHERITED)('is stored under the name %s, with its tags, and exported', async name => {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    };
    const role = { name, trust, inlinePolicies: own(name, statement({})), tags: own(name, 'x') };
    const accounts = { '000000000000': { roles: [role] } };
    expect(await bed.control('PUT', '/state', { accounts })).toMatchObject({ status: 200 });
    expect((await bed.control('GET', '/state')).body).toMatchObject({ accounts });
    for (const body of [{ accounts: own(name, {}) }, { accounts: { '000000000000': own(name, []) } }, own(name, {})]) {
      expect(await bed.control('PUT', '/state', body)).toMatchObject({
        status: 400,
        body: { code: 'invalid-request' },
      });
    }
  });
});
