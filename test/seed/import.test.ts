/** Imports: the result and the report of each reader for real output, and that the result is valid. */
import { readFileSync } from 'node:fs';
import { DeleteRoleCommand, DeleteServiceLinkedRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { type ImportedFile, importFiles } from '../../src/seed/import.ts';
import { METADATA } from '../iam/fixtures.ts';
import { INHERITED, own, PROTO, TRAP } from '../support/inherited-names.ts';

const ACCOUNT = '123456789012';
const clientOptions = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' },
});
const fixture = (name: string): ImportedFile => ({
  name,
  contents: readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'),
});
const read = (files: readonly ImportedFile[], account = '000000000000') => importFiles(files, { account });
const readFixtures = (...names: readonly string[]) => read(names.map(fixture));
const names = (entities: readonly { readonly name: string }[] | undefined) => entities?.map(({ name }) => name);

describe.each([
  ['account', ['account-authorization-details.txt', 'oidc-provider-list.json', 'oidc-provider-github.json']],
  ['terraform state', ['terraform-state.json']],
  ['terraform plan', ['terraform-plan.json']],
  ['template', ['template.yaml']],
])('%s', (_, files) => {
  it('is converted to valid configuration', async () => {
    const { accounts } = await readFixtures(...files);
    await using rolecall = await startRolecall({ accounts });
    expect(rolecall.config.accounts).toEqual(accounts);
  });

  it('matches the snapshot', async () => {
    expect(await readFixtures(...files)).toMatchSnapshot();
  });
});

describe('names of Object.prototype members', () => {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const trust = { ...policy, Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] };

  it.each(INHERITED)('%s is valid as the name of a role, policy and tag of an account', async name => {
    const RoleDetailList = [
      {
        RoleName: name,
        Arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
        AssumeRolePolicyDocument: trust,
        RolePolicyList: [{ PolicyName: name, PolicyDocument: policy }],
        Tags: [{ Key: name, Value: 'x' }],
      },
    ];
    const { accounts } = await read([{ name: 'a.json', contents: JSON.stringify({ RoleDetailList }) }]);
    expect(accounts[ACCOUNT]?.roles).toEqual([
      { name, trust, inlinePolicies: own(name, policy), tags: own(name, 'x') },
    ]);
    await using rolecall = await startRolecall({ accounts });
    expect(rolecall.config.accounts).toEqual(accounts);
  });

  it.each([...INHERITED, PROTO])(
    '%s is a logical id and a tag of a template, and nothing that is known by itself',
    async name => {
      const Properties = (tag: unknown) => ({
        RoleName: 'r',
        Description: { 'Fn::GetAtt': [name, name] },
        AssumeRolePolicyDocument: trust,
        Policies: [{ PolicyName: 'p', PolicyDocument: policy }],
        Tags: [{ Key: name, Value: tag }],
      });
      for (const tag of [
        'x',
        own(name, 'x'),
        { Ref: TRAP },
        { 'Fn::Sub': `\${${name}}` },
        { 'Fn::Join': [TRAP, [TRAP, 'a']] },
      ]) {
        const Resources = own(name, { Type: 'AWS::IAM::Role', Properties: Properties(tag) });
        const contents = JSON.stringify({ AWSTemplateFormatVersion: '2010-09-09', Resources });
        const { accounts, unread } = await read([{ name: 'template.json', contents }]);
        // A value that is not text becomes one that IAM rejects: that is reported, and the role is not imported.
        const roles = accounts['000000000000']?.roles?.map(({ tags }) => tags) ?? [];
        if (tag === 'x') expect(roles).toEqual([own(name, 'x')]);
        else expect(roles.length + unread.length).toBeGreaterThan(0);
      }
    },
  );
});

describe('an account', () => {
  const files = ['account-authorization-details.txt', 'oidc-provider-list.json', 'oidc-provider-github.json'];

  it('is read over several pages', async () => {
    const { accounts } = await readFixtures(...files);
    expect(Object.keys(accounts)).toEqual([ACCOUNT]);
    expect(names(accounts[ACCOUNT]?.roles)).toEqual(['deploy', 'operator', 'orphan', 'server']);
    expect(accounts[ACCOUNT]?.policies?.[0]?.versions?.map(({ id, default: isDefault }) => [id, isDefault])).toEqual([
      ['v3', true],
      ['v1', undefined],
    ]);
  });

  it('deleted principals are removed; without any principal the trust policy allows nobody', async () => {
    const { accounts, unread } = await readFixtures(...files);
    const orphan = accounts[ACCOUNT]?.roles?.find(({ name }) => name === 'orphan');
    expect(orphan?.trust).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    });
    expect(unread.map(({ why }) => why)).toContain(
      'its trust policy names AROA2UC3AOQXDELETED06, a deleted role or user; the principal was removed',
    );
  });

  it('reports providers that roles trust but no file contains', async () => {
    const { unread } = await readFixtures('account-authorization-details.txt');
    expect(unread.map(({ path, why }) => `${path}: ${why}`)).toContain(
      `account ${ACCOUNT}, OIDC provider arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com: trusted by deploy, but not in the files: add the output of get-open-id-connect-provider`,
    );
  });

  it('may have percent-encoded documents', async () => {
    const document =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}';
    const RoleDetailList = [
      {
        RoleName: 'encoded',
        Arn: `arn:aws:iam::${ACCOUNT}:role/encoded`,
        AssumeRolePolicyDocument: encodeURIComponent(document),
      },
    ];
    const { accounts } = await read([{ name: 'api.json', contents: JSON.stringify({ RoleDetailList }) }]);
    expect(accounts[ACCOUNT]?.roles?.[0]?.trust).toEqual(JSON.parse(document));
  });
});

describe('typical content of real accounts', () => {
  const trust = (Service: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  });
  const shown = (name: string, path: string, service: string, rest: object = {}) => ({
    Path: path,
    RoleName: name,
    Arn: `arn:aws:iam::${ACCOUNT}:role${path}${name}`,
    AssumeRolePolicyDocument: trust(service),
    ...rest,
  });
  const page = (roles: readonly object[], rest: object = {}) => ({
    name: 'account.json',
    contents: JSON.stringify({ RoleDetailList: roles, ...rest }),
  });

  it('roles with CloudFormation tags keep their other tags', async () => {
    const Tags = [
      { Key: 'aws:cloudformation:stack-name', Value: 'app' },
      { Key: 'team', Value: 'blue' },
    ];
    const { accounts, unread } = await read([page([shown('app', '/', 'ec2.amazonaws.com', { Tags })])]);
    expect(accounts[ACCOUNT]?.roles?.[0]).toMatchObject({ name: 'app', tags: { team: 'blue' } });
    expect(unread.map(({ why }) => why)).toContain(
      'tags that only AWS services may set were not imported: aws:cloudformation:stack-name',
    );
  });

  it('service-linked roles stay service-linked', async () => {
    const role = shown('AWSServiceRoleForSupport', '/aws-service-role/support.amazonaws.com/', 'support.amazonaws.com');
    const { accounts } = await read([page([role])]);
    await using rolecall = await startRolecall({ accounts });
    const iam = new IAMClient(clientOptions(rolecall.url));
    await expect(iam.send(new DeleteRoleCommand({ RoleName: role.RoleName }))).rejects.toMatchObject({
      name: 'UnmodifiableEntityException',
    });
    const deleted = await iam.send(new DeleteServiceLinkedRoleCommand({ RoleName: role.RoleName }));
    expect(deleted.DeletionTaskId).toContain('task/aws-service-role/support.amazonaws.com/');
  });

  it('a page is reported as incomplete, unless the last page is read too', async () => {
    const first = page([shown('one', '/', 'ec2.amazonaws.com')], { IsTruncated: true, Marker: 'more' });
    const last = page([shown('two', '/', 'ec2.amazonaws.com')], { IsTruncated: false });
    const why = expect.stringContaining('get-account-authorization-details is incomplete: add its remaining pages');
    expect((await read([first])).unread).toContainEqual({ file: '', path: '', why });
    expect((await read([first, last])).unread).not.toContainEqual({ file: '', path: '', why });
  });
});

describe('a plan', () => {
  it('resolves a document that contains the unknown ARN of a provider', async () => {
    const { accounts } = await readFixtures('terraform-plan.json');
    expect(accounts['000000000000']?.roles?.find(({ name }) => name === 'deployer')?.trust).toMatchObject({
      Statement: [{ Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/issuer.octo.test' } }],
    });
  });

  it('reports other unknown values and recommends the state', async () => {
    const { unread } = await readFixtures('terraform-plan.json');
    expect(unread).toContainEqual({
      file: 'terraform-plan.json',
      path: 'aws_iam_role.storage',
      why: 'assume_role_policy is unknown until the plan is applied: use the state instead',
    });
  });
});

describe('a state', () => {
  it("includes the provider's default tags", async () => {
    const values = {
      name: 'r',
      arn: `arn:aws:iam::${ACCOUNT}:role/r`,
      assume_role_policy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
      tags: { own: 'yes' },
      tags_all: { own: 'yes', owner: 'me' },
    };
    const resources = [{ mode: 'managed', type: 'aws_iam_role', address: 'aws_iam_role.r', values }];
    const contents = JSON.stringify({ format_version: '1.0', values: { root_module: { resources } } });
    const { accounts } = await read([{ name: 'state.json', contents }]);
    expect(accounts[ACCOUNT]?.roles?.[0]?.tags).toEqual({ own: 'yes', owner: 'me' });
  });
});

describe('a template', () => {
  it('keeps a policy with resource names unknown before deployment, and account numbers without quotes', async () => {
    const contents = `
Resources:
  Topic: { Type: 'AWS::SNS::Topic' }
  External:
    Type: AWS::IAM::Role
    Properties:
      RoleName: external
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: { Effect: Allow, Principal: { AWS: 210987654321 }, Action: 'sts:AssumeRole' }
      Policies:
        - PolicyName: publish
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - { Effect: Allow, Action: 'sns:Publish', Resource: !Ref Topic }
              - { Effect: Allow, Action: 'sns:Publish', Resource: !ImportValue other-topic }
`;
    const { accounts, unread } = await read([{ name: 'stack.yaml', contents }], ACCOUNT);
    expect(accounts[ACCOUNT]?.roles).toMatchObject([
      {
        name: 'external',
        trust: { Statement: { Principal: { AWS: '210987654321' } } },
        inlinePolicies: {
          publish: { Statement: [{ Resource: 'arn:aws:sns:::Topic' }, { Resource: 'arn:aws:exports:::other-topic' }] },
        },
      },
    ]);
    expect(unread.map(({ why }) => why)).toEqual([
      'Topic is of type AWS::SNS::Topic: its name is not known before deployment, "arn:aws:sns:::Topic" is used instead',
      'other-topic is exported by another stack: "arn:aws:exports:::other-topic" is used instead',
    ]);
  });

  const role = (RoleName: unknown) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      },
    },
  });
  const template = (body: object) => read([{ name: 'stack.json', contents: JSON.stringify(body) }], ACCOUNT);
  const chain = (count: number, link: (next: string) => unknown): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`N${at}`, link(`N${at + 1}`)]));

  it.each([
    ['itself', { Self: role({ Ref: 'Self' }) }],
    ['itself through another resource', { Self: role({ 'Fn::Sub': '${Other}-x' }), Other: role({ Ref: 'Self' }) }],
    [
      'itself by its ARN',
      { Self: role({ 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Self', 'Arn'] }] }] }) },
    ],
  ])('that names a role after %s is read and reported', async (_, Resources) => {
    const { unread } = await template({ Resources });
    expect(unread.map(({ why }) => why)).toContain('Self refers to itself, or its chain of references is too long');
  });

  it('with exponentially growing or very long reference chains is read quickly', async () => {
    const doubled = chain(100, next => role({ 'Fn::Join': ['', [{ Ref: next }, { Ref: next }]] }));
    const { unread } = await template({ Resources: { ...doubled, N100: role('x'.repeat(60)) } });
    expect(unread.map(({ why }) => why)).toContain('a text is longer than 262144 characters');
    const long = await template({ Resources: chain(1000, next => role({ 'Fn::Sub': `\${${next}}` })) });
    expect(long.unread.map(({ why }) => why)).toContainEqual(
      expect.stringContaining('refers to itself, or its chain of references is too long'),
    );
  });

  it('with circular or exponentially growing conditions is read quickly', async () => {
    const both = chain(100, next => ({ 'Fn::And': [{ Condition: next }, { Condition: next }] }));
    const Resources = { Made: { ...role('made'), Condition: 'N0' } };
    for (const last of [{ 'Fn::Equals': ['a', 'a'] }, { Condition: 'N0' }]) {
      const { accounts } = await template({ Conditions: { ...both, N100: last }, Resources });
      expect(accounts[ACCOUNT]?.roles ?? []).toEqual([]);
    }
    const few = chain(30, next => ({ 'Fn::And': [{ Condition: next }, { Condition: next }] }));
    const { accounts } = await template({ Conditions: { ...few, N30: { 'Fn::Equals': ['a', 'a'] } }, Resources });
    expect(accounts[ACCOUNT]?.roles).toMatchObject([{ name: 'made' }]);
  });

  it('may have SAML providers, and group memberships as separate resources', async () => {
    const contents = JSON.stringify({
      Resources: {
        Corp: { Type: 'AWS::IAM::SAMLProvider', Properties: { Name: 'corp', SamlMetadataDocument: METADATA } },
        Team: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'team' } },
        Mona: { Type: 'AWS::IAM::User', Properties: { UserName: 'mona' } },
        Members: {
          Type: 'AWS::IAM::UserToGroupAddition',
          Properties: { GroupName: { Ref: 'Team' }, Users: [{ Ref: 'Mona' }] },
        },
        Single: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: 'single',
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Principal: { Federated: { Ref: 'Corp' } }, Action: 'sts:AssumeRoleWithSAML' },
              ],
            },
          },
        },
      },
    });
    const { accounts, unread } = await read([{ name: 'stack.json', contents }], ACCOUNT);
    expect(unread).toEqual([]);
    expect(accounts[ACCOUNT]).toMatchObject({
      samlProviders: [{ name: 'corp' }],
      users: [{ name: 'mona', groups: ['team'] }],
      roles: [{ trust: { Statement: [{ Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` } }] } }],
    });
  });

  it('is imported into the specified account', async () => {
    const { accounts } = await read([fixture('template.yaml')], ACCOUNT);
    expect(accounts[ACCOUNT]?.roles?.[0]).toMatchObject({
      name: 'deploy-test',
      maxSessionDuration: 7200,
      attachedPolicies: [
        `arn:aws:iam::${ACCOUNT}:policy/app/template-Reading`,
        'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
      ],
    });
  });
});

describe('invalid input', () => {
  it.each([
    ['nothing', '', 'it is empty'],
    ['a broken text', '{"UserDetailList": [}', expect.stringMatching(/^it is not JSON: /)],
    ['half a file', '{"UserDetailList": [', 'it is not JSON: it ends before all brackets are closed'],
    ['a deep text', '['.repeat(100_000), 'it nests deeper than 200 levels'],
    ['deep YAML', `a: ${'['.repeat(100_000)}`, 'it nests deeper than 128 levels, at line 1'],
    ['deep lists', `${'- '.repeat(10_000)}b`, 'it nests deeper than 128 levels, at line 1'],
    [
      'anchors',
      Array.from({ length: 5000 }, (_, at) => `- &a${at} x`).join('\n'),
      'it has more than 200 anchors; write some of the values out, at line 201',
    ],
    [
      'a million items',
      '- a\n'.repeat(1_000_000),
      'it has more values than the YAML limit (about 100000); use JSON instead, at line 50001',
    ],
    ['six million values', `[${'0,'.repeat(6_000_000)}0]`, 'it has more than 5000000 values'],
    ['many documents', '{}'.repeat(20_000), 'it contains more than 10000 documents'],
    [
      'a duplicate key',
      'Resources: {}\nResources: {}',
      'it is neither JSON nor YAML: duplicate key in this mapping at line 2',
    ],
    ['broken YAML', 'Resources: [', expect.stringMatching(/^it is neither JSON nor YAML: /)],
    [
      'a raw state',
      '{"version":4,"serial":3,"terraform_version":"1.9.0"}',
      'raw Terraform state is not supported: use the output of terraform show -json',
    ],
    ['something else', '{"Buckets":[]}', expect.stringMatching(/^unknown format; supported: /)],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [${'*d,'.repeat(99)}]\n`,
      'it has aliases that expand to too many values; write some of them out, at line 2',
    ],
  ])('%s is reported', async (_, contents, why) => {
    expect(await read([{ name: 'file', contents }])).toEqual({
      accounts: {},
      unread: [{ file: 'file', path: '', why }],
    });
  });

  it('a trust policy of brackets only is rejected by IAM', async () => {
    const role = {
      RoleName: 'a',
      Arn: `arn:aws:iam::${ACCOUNT}:role/a`,
      AssumeRolePolicyDocument: '['.repeat(100_000),
    };
    const { accounts, unread } = await read([{ name: 'file', contents: JSON.stringify({ RoleDetailList: [role] }) }]);
    expect(accounts[ACCOUNT]?.roles ?? []).toEqual([]);
    expect(unread.map(({ why }) => why).join()).toContain('MalformedPolicyDocument');
  });

  it('names of Object.prototype members are valid', async () => {
    const contents = '{"UserDetailList":[{"UserName":"__proto__","Arn":"arn:aws:iam::123456789012:user/__proto__"}]}';
    const { accounts } = await read([{ name: 'file', contents }]);
    expect(names(accounts[ACCOUNT]?.users)).toEqual(['__proto__']);
  });
});
