/** Imports: what each reader makes of real outputs, what it reports, and that the result starts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { type ImportedFile, importFiles } from '../../src/seed/import.ts';

const ACCOUNT = '123456789012';
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
  it('becomes configuration that starts', async () => {
    const { accounts } = await readFixtures(...files);
    await using rolecall = await startRolecall({ accounts });
    expect(rolecall.config.accounts).toEqual(accounts);
  });

  it('is as the snapshot', async () => {
    expect(await readFixtures(...files)).toMatchSnapshot();
  });
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

  it('loses principals that were deleted, and trusts nobody when none is left', async () => {
    const { accounts, unread } = await readFixtures(...files);
    const orphan = accounts[ACCOUNT]?.roles?.find(({ name }) => name === 'orphan');
    expect(orphan?.trust).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    });
    expect(unread.map(({ why }) => why)).toContain(
      'its trust policy names AROA2UC3AOQXDELETED06, a role or user that was deleted; left out',
    );
  });

  it('tells which providers its roles trust and no file has', async () => {
    const { unread } = await readFixtures('account-authorization-details.txt');
    expect(unread.map(({ path, why }) => `${path}: ${why}`)).toContain(
      `account ${ACCOUNT}, OIDC provider arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com: trusted by deploy, but in none of the files: give the output of get-open-id-connect-provider too`,
    );
  });

  it('takes the percent-encoded documents of the API', async () => {
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

describe('a plan', () => {
  it('knows the document that waits for the ARN of a provider', async () => {
    const { accounts } = await readFixtures('terraform-plan.json');
    expect(accounts['000000000000']?.roles?.find(({ name }) => name === 'deployer')?.trust).toMatchObject({
      Statement: [{ Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/issuer.octo.test' } }],
    });
  });

  it('says of everything else that is unknown that a state knows it', async () => {
    const { unread } = await readFixtures('terraform-plan.json');
    expect(unread).toContainEqual({
      file: 'terraform-plan.json',
      path: 'aws_iam_role.storage',
      why: 'assume_role_policy is known only after the plan is applied: show the state instead',
    });
  });
});

describe('a template', () => {
  it('goes to the account that is asked for', async () => {
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

describe('what is no import', () => {
  it.each([
    ['nothing', '', 'it is empty'],
    ['a broken text', '{"UserDetailList": [}', expect.stringMatching(/^it is not JSON: /)],
    ['half a file', '{"UserDetailList": [', 'it is not JSON: it ends before all brackets are closed'],
    ['a deep text', '['.repeat(100_000), 'it nests deeper than 200 levels'],
    ['deep YAML', `a: ${'['.repeat(100_000)}`, expect.any(String)],
    ['broken YAML', 'Resources: [', expect.stringMatching(/^it is neither JSON nor YAML: /)],
    [
      'a raw state',
      '{"version":4,"serial":3,"terraform_version":"1.9.0"}',
      'it is a raw Terraform state: give the output of terraform show -json',
    ],
    ['something else', '{"Buckets":[]}', expect.stringMatching(/^it is none of: /)],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      expect.any(String),
    ],
  ])('%s is reported', async (_, contents, why) => {
    expect(await read([{ name: 'file', contents }])).toEqual({
      accounts: {},
      unread: [{ file: 'file', path: '', why }],
    });
  });

  it('keys of the prototype are names like any other', async () => {
    const contents = '{"UserDetailList":[{"UserName":"__proto__","Arn":"arn:aws:iam::123456789012:user/__proto__"}]}';
    const { accounts } = await read([{ name: 'file', contents }]);
    expect(names(accounts[ACCOUNT]?.users)).toEqual(['__proto__']);
  });
});
