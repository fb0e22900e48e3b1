import { describe, expect, it } from 'vitest';
import { neighboursOf } from '../../../src/policy/explain/neighbours.ts';
import { account, github, host, other, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';

const arnOf = (owner: string, path: string) => `arn:aws:iam::${owner}:${path}`;

describe('neighbours', () => {
  it('are at most forty of the subjects that a policy names, those that begin like the caller first', () => {
    const near = 'repo:octo-org/octo-repo:environment:prod';
    const subjects = [...Array.from({ length: 100 }, (_, at) => `repo:acme/app-${at}:pull_request`), near];
    const statements = subjects.map(sub => ({
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: webIdentity,
      Condition: { StringEquals: { [`${host}:sub`]: sub } },
    }));
    const found = neighboursOf(github(), { resource: policy('trust', statements), kind: 'trust' });
    const named = found.filter(({ who }) => who.startsWith('others whom the policy names'));
    expect(named[0]?.who).toContain(near);
    expect(named.length).toBeGreaterThan(1);
    expect(named.length).toBeLessThanOrEqual(40);
  });

  it('of a principal are possible: their keys say who they are, and the resource stays that of its owner', () => {
    const user = arnOf(account, 'user/ada');
    const call = request(user, 's3:GetObject', 'arn:aws:s3:::b/k', {
      'aws:PrincipalArn': user,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'User',
      'aws:username': 'ada',
      'kms:CallerAccount': account,
    });
    const names = [user, arnOf(other, 'role/team/app'), 'ec2.amazonaws.com'];
    const resource = policy('resource', {
      Effect: 'Allow',
      Principal: { AWS: names.slice(0, 2), Service: names[2] },
      Action: 's3:GetObject',
      Resource: '*',
    });
    const others = neighboursOf(call, { resource }).filter(one => one.otherPrincipal === true);
    const [found, without] = (['all', 'none'] as const).map(one =>
      others.filter(({ permissions }) => permissions === one),
    );
    expect(without?.map(({ who }) => who)).toEqual(found?.map(({ who }) => who));
    const told = found?.map(({ who, request: { context, resourceAccount } }) => [
      who,
      resourceAccount,
      ...['aws:principalarn', 'aws:principaltype', 'aws:username', 'kms:calleraccount'].map(key => context.get(key)),
    ]);
    const [second, foreign] = [`${user}-2`, arnOf('999999999999', 'user/ada')];
    expect(told).toEqual([
      [`another user of the account (${second})`, account, second, 'User', 'ada-2', account],
      [`a user of another account (${foreign})`, account, foreign, 'User', 'ada', '999999999999'],
      [`others whom the policy names (${names[1]})`, account, names[1], 'AssumedRole', undefined, other],
      [`others whom the policy names (${names[2]})`, account, undefined, undefined, undefined, undefined],
    ]);
  });

  it('of a role are sessions, whatever the path of the role', () => {
    const role = arnOf(account, 'role/team/app');
    const found = neighboursOf(request(role, 'sts:AssumeRole', roleArn), {}).map(({ who }) => who);
    expect(found).toContain(`every session of the role (arn:aws:sts::${account}:assumed-role/app/another-session)`);
    expect(found).toContain(`another role of the account (arn:aws:sts::${account}:assumed-role/app-2/session)`);
  });
});
