/** The declared start state: declared entities exist, IAM's rules apply, and an error has its path. */
import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { ConfigError, type ConfigInput, startRolecall } from '../../src/index.ts';
import { AUDIENCE, GITHUB, MAIN_SUB, PROVIDER_ARN, refusal, useEmulator } from '../support/emulator.ts';

const ACCOUNT = '000000000000';
const OTHER = '111111111111';
const KEY = { accessKeyId: 'AKIADECLAREDKEY00001', secretAccessKey: 'a-declared-secret' };
const allow = (Action: string, Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const trustPolicy = (AWS: string | readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' }],
});

const declared: ConfigInput = {
  accounts: {
    [ACCOUNT]: {
      alias: 'octo',
      oidcProviders: [{ url: `https://${GITHUB}`, clientIds: [AUDIENCE], tags: { team: 'ci' } }],
      policies: [
        {
          name: 'uploads',
          path: '/app/',
          versions: [
            { id: 'v2', document: allow('s3:GetObject') },
            { id: 'v7', document: allow('s3:PutObject'), default: true },
          ],
        },
      ],
      groups: [{ name: 'builders', inlinePolicies: { assume: allow('sts:AssumeRole') } }],
      users: [
        { name: 'mona', groups: ['builders'], accessKeys: [{ id: KEY.accessKeyId, secret: KEY.secretAccessKey }] },
      ],
      roles: [
        {
          name: 'deploy',
          trust: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Federated: PROVIDER_ARN },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: { StringEquals: { [`${GITHUB}:aud`]: AUDIENCE, [`${GITHUB}:sub`]: MAIN_SUB } },
              },
            ],
          },
          maxSessionDuration: 7200,
          inlinePolicies: {
            list: '{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" } }',
          },
          attachedPolicies: [`arn:aws:iam::${ACCOUNT}:policy/app/uploads`, 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
        },
        {
          name: 'first',
          trust: trustPolicy([`arn:aws:iam::${ACCOUNT}:role/second`, `arn:aws:iam::${ACCOUNT}:role/first`]),
        },
        {
          name: 'second',
          trust: trustPolicy([`arn:aws:iam::${ACCOUNT}:role/first`, `arn:aws:iam::${OTHER}:role/far`]),
        },
        { name: 'for-mona', trust: trustPolicy(`arn:aws:iam::${ACCOUNT}:user/mona`) },
      ],
      instanceProfiles: [{ name: 'deploy', role: 'deploy' }],
    },
    [OTHER]: { roles: [{ name: 'far', trust: trustPolicy(`arn:aws:iam::${ACCOUNT}:role/first`) }] },
  },
};

describe('a declaration', async () => {
  const bed = await useEmulator(declared);

  it('exists after the start and after a reset, with different sessions', async () => {
    const token = await bed.mint();
    const session = await bed.assume(`arn:aws:iam::${ACCOUNT}:role/deploy`, token);
    await bed.rolecall.reset();
    expect((await refusal(bed.sts(session).send(new GetCallerIdentityCommand({})))).code).toBe('InvalidClientTokenId');
    await bed.assume(`arn:aws:iam::${ACCOUNT}:role/deploy`, token);
  });

  it('keeps the declared settings', async () => {
    const iam = bed.iam();
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'deploy' }));
    expect(Role).toMatchObject({ MaxSessionDuration: 7200, Path: '/' });
    const { PolicyDocument = '' } = await iam.send(
      new GetRolePolicyCommand({ RoleName: 'deploy', PolicyName: 'list' }),
    );
    expect(decodeURIComponent(PolicyDocument), 'text is kept to the letter').toMatch(/^\{ "Version"/);
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'deploy' }));
    expect(AttachedPolicies?.map(policy => policy.PolicyName).sort()).toEqual(['ReadOnlyAccess', 'uploads']);
    const provider = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN }));
    expect(provider).toMatchObject({ Url: GITHUB, ClientIDList: [AUDIENCE], Tags: [{ Key: 'team', Value: 'ci' }] });
  });

  it('keeps the ids of policy versions', async () => {
    const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/app/uploads`;
    const { Policy } = await bed.iam().send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.DefaultVersionId).toBe('v7');
    const { Versions } = await bed.iam().send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map(version => version.VersionId).sort()).toEqual(['v2', 'v7']);
  });

  it('accepts a declared access key, with the permissions of its groups', async () => {
    const sts = bed.sts(KEY);
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/mona`);
    await sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/for-mona`, RoleSessionName: 'mona' }),
    );
  });

  it('may contain circular and cross-account trust', async () => {
    const trust = async (name: string) =>
      decodeURIComponent(
        (await bed.iam().send(new GetRoleCommand({ RoleName: name }))).Role?.AssumeRolePolicyDocument ?? '',
      );
    expect(JSON.parse(await trust('first'))).toEqual(
      trustPolicy([`arn:aws:iam::${ACCOUNT}:role/second`, `arn:aws:iam::${ACCOUNT}:role/first`]),
    );
    expect(JSON.parse(await trust('second'))).toEqual(
      trustPolicy([`arn:aws:iam::${ACCOUNT}:role/first`, `arn:aws:iam::${OTHER}:role/far`]),
    );
  });
});

describe('what IAM rejects', () => {
  const refused = async (account: NonNullable<ConfigInput['accounts']>[string]): Promise<unknown> => {
    const error = await startRolecall({ accounts: { [ACCOUNT]: account } }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof ConfigError ? error.faults.map(({ path, message }) => [path, message]) : error;
  };
  const role = { name: 'deploy', trust: trustPolicy('*') };

  it.each([
    [
      'a principal that nobody declares',
      { roles: [{ name: 'lonely', trust: trustPolicy(`arn:aws:iam::${ACCOUNT}:role/nobody`) }] },
      `/accounts/${ACCOUNT}/roles/0/trust`,
      `role lonely: MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::${ACCOUNT}:role/nobody"`,
    ],
    [
      'a name twice, in any case',
      { roles: [role, { ...role, name: 'Deploy' }] },
      `/accounts/${ACCOUNT}/roles/1`,
      'role Deploy: EntityAlreadyExists: Role with name Deploy already exists.',
    ],
    [
      'a duration outside the bounds',
      { roles: [{ ...role, maxSessionDuration: 60 }] },
      `/accounts/${ACCOUNT}/roles/0`,
      "role deploy: ValidationError: 1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
    ],
    [
      'a malformed inline policy',
      { roles: [{ ...role, inlinePolicies: { bad: { Version: '2012-10-17' } } }] },
      `/accounts/${ACCOUNT}/roles/0/inlinePolicies/bad`,
      expect.stringContaining('role deploy: MalformedPolicyDocument: '),
    ],
    [
      'an AWS managed policy that is not included',
      { roles: [{ ...role, attachedPolicies: ['arn:aws:iam::aws:policy/NoSuchPolicy'] }] },
      `/accounts/${ACCOUNT}/roles/0/attachedPolicies/0`,
      'role deploy: NoSuchEntity: Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable. (Rolecall does not include the AWS managed policy arn:aws:iam::aws:policy/NoSuchPolicy.)',
    ],
    [
      'an issuer twice',
      { oidcProviders: [{ url: 'https://a.example.com' }, { url: 'https://a.example.com' }] },
      `/accounts/${ACCOUNT}/oidcProviders/1`,
      'OIDC provider https://a.example.com: EntityAlreadyExists: Provider with url https://a.example.com already exists.',
    ],
    [
      'a group that nobody declares',
      { users: [{ name: 'mona', groups: ['nobody'] }] },
      `/accounts/${ACCOUNT}/users/0/groups/0`,
      'user mona: NoSuchEntity: The group with name nobody cannot be found.',
    ],
    [
      'an access key that another user has',
      {
        users: [
          { name: 'mona', accessKeys: [{ id: KEY.accessKeyId }] },
          { name: 'lisa', accessKeys: [{ id: KEY.accessKeyId }] },
        ],
      },
      `/accounts/${ACCOUNT}/users/1/accessKeys`,
      `user lisa: EntityAlreadyExists: Access key ${KEY.accessKeyId} already exists.`,
    ],
    [
      'two versions of one id',
      {
        policies: [
          {
            name: 'twice',
            versions: [
              { id: 'v1', document: allow('*') },
              { id: 'v1', document: allow('*') },
            ],
          },
        ],
      },
      `/accounts/${ACCOUNT}/policies/0/versions`,
      'policy twice: ValidationError: two versions have the same id',
    ],
  ])('%s is an error with its path and the AWS message', async (_, account, path, message) => {
    expect(await refused(account)).toEqual([[path, message]]);
  });

  it('an invalid service control policy is an error', async () => {
    await expect(
      startRolecall({ organization: { serviceControlPolicies: { broken: { Version: '2012-10-17' } } } }),
    ).rejects.toMatchObject({ faults: [{ path: '/organization/serviceControlPolicies/broken' }] });
  });

  it('all errors are reported together, at most 100', async () => {
    const roles = Array.from({ length: 150 }, (_, index) => ({ name: `role-${index}`, trust: 'not json' }));
    expect(await refused({ roles })).toHaveLength(100);
  });
});

describe('an organization', async () => {
  const bed = await useEmulator({
    ...declared,
    organization: {
      serviceControlPolicies: {
        all: allow('*'),
        'no-sts': { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' } },
      },
    },
  });

  it('restricts its accounts', async () => {
    const call = bed
      .sts(KEY)
      .send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/for-mona`, RoleSessionName: 'mona' }));
    expect(await refusal(call)).toMatchObject({ code: 'AccessDenied', status: 403 });
  });
});
