/** Five typical federation configurations in Terraform: apply, empty plan, update in place, import, destroy. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { awsCli } from './available.ts';
import { servedThumbprint } from './certificate-chain.ts';
import { type Emulator, type TokenRequest, withRolecall } from './emulator.ts';
import { administrator } from './end-to-end.ts';
import { awsEnvironment, inFolder, run } from './run.ts';
import { absent, inWorkspace, type Terraform, type Variables } from './terraform-driver.ts';

/** A scenario runs Terraform a dozen times; each run takes up to half a minute on a busy machine. */
const TIMEOUT = 900_000;

const SHA1 = '6938fd4d98bab03faadb97b34396831e3780aea1';
const OWN_ISSUER = 'https://issuer.octo.test';
const arn = (resource: string) => `arn:aws:iam::000000000000:${resource}`;

const folder = (name: string): string[] =>
  ['provider.tf', `${name}/main.tf`].map(file => fileURLToPath(new URL(`../flows/terraform/${file}`, import.meta.url)));

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One emulator and one Terraform workspace. */
class Workspace {
  readonly #rolecall: Emulator;
  readonly terraform: Terraform;

  constructor(rolecall: Emulator, terraform: Terraform) {
    this.#rolecall = rolecall;
    this.terraform = terraform;
  }

  get url(): string {
    return this.#rolecall.url;
  }

  sts(credentials: Credentials = administrator): STSClient {
    return new STSClient({ endpoint: this.url, region: 'us-east-1', credentials });
  }

  iam(): IAMClient {
    return new IAMClient({ endpoint: this.url, region: 'us-east-1', credentials: administrator });
  }

  /** ARN of the assumed role, or the name of the error. */
  async assume(roleArn: string, token: TokenRequest): Promise<string> {
    const request = {
      RoleArn: roleArn,
      RoleSessionName: 'session',
      WebIdentityToken: await this.#rolecall.mint(token),
    };
    return this.sts()
      .send(new AssumeRoleWithWebIdentityCommand(request))
      .then(
        ({ AssumedRoleUser }) => AssumedRoleUser?.Arn ?? '',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
  }

  /** The decision of a role's own policies: `allowed`, `implicitDeny` or `explicitDeny`. */
  async decision(role: string, action: string, resource = '*', context: Readonly<Record<string, string>> = {}) {
    const { EvaluationResults } = await this.iam().send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: role,
        ActionNames: [action],
        ResourceArns: [resource],
        ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
          ContextKeyName,
          ContextKeyValues: [value],
          ContextKeyType: 'string',
        })),
      }),
    );
    return EvaluationResults?.[0]?.EvalDecision;
  }

  /** Expects that no resources are left. */
  async expectEmpty(): Promise<void> {
    const iam = this.iam();
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
    expect((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toEqual([]);
    const users = (await iam.send(new ListUsersCommand({ PathPrefix: '/people/' }))).Users;
    expect(users).toEqual([]);
  }
}

interface Scenario {
  readonly name: string;
  readonly folder: string;
  /** Creates prerequisites; returns the variables of every run. */
  prepare?(rolecall: Emulator): Promise<Variables>;
  /** Variables of the second apply. */
  readonly change: Variables;
  /** Address and id of the resources to import after the change. */
  readonly imports: readonly (readonly [address: string, id: string])[];
  applied(workspace: Workspace): Promise<void>;
  changed(workspace: Workspace): Promise<void>;
}

const branch = (name: string): TokenRequest => ({ claims: { ref: `refs/heads/${name}` } });
const assumed = (role: string): string => `arn:aws:sts::000000000000:assumed-role/${role}/session`;

/** GitLab's audience and branch. */
const gitlab = (audience: string, project = 'octo-group/octo-project'): TokenRequest => ({
  issuer: 'gitlab-ci',
  audience,
  claims: { project_path: project, ref: 'main', ref_type: 'branch' },
});

const scenarios: readonly Scenario[] = [
  {
    name: 'GitHub: a provider without and then with a thumbprint, and a role for one branch',
    folder: 'github',
    change: { branch: 'release', thumbprints: [SHA1] },
    imports: [
      ['aws_iam_openid_connect_provider.github', arn('oidc-provider/token.actions.githubusercontent.com')],
      ['aws_iam_role.pipeline', 'pipeline'],
    ],
    async applied(workspace) {
      const role = await workspace.terraform.output('role_arn');
      expect(role).toBe(arn('role/pipeline'));
      expect(await workspace.assume(role, branch('main'))).toBe(assumed('pipeline'));
      expect(await workspace.assume(role, branch('release'))).toBe('AccessDenied');
      expect(await workspace.assume(role, { ...branch('main'), audience: 'https://github.com/octo-org' })).toBe(
        'InvalidIdentityTokenException',
      );
    },
    async changed(workspace) {
      const role = arn('role/pipeline');
      expect(await workspace.assume(role, branch('release'))).toBe(assumed('pipeline'));
      expect(await workspace.assume(role, branch('main'))).toBe('AccessDenied');
      const provider = await workspace.iam().send(
        new GetOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: arn('oidc-provider/token.actions.githubusercontent.com'),
        }),
      );
      expect(provider.ThumbprintList).toEqual([SHA1]);
    },
  },
  {
    name: 'GitLab: custom audiences, and a role for each',
    folder: 'gitlab',
    change: { environments: ['staging', 'production', 'review'] },
    imports: [
      ['aws_iam_openid_connect_provider.gitlab', arn('oidc-provider/gitlab.com')],
      ['aws_iam_role.environment["staging"]', 'gitlab-staging'],
    ],
    async applied(workspace) {
      const role = arn('role/ci/gitlab-staging');
      expect(await workspace.assume(role, gitlab('https://staging.example.com'))).toBe(assumed('gitlab-staging'));
      expect(await workspace.assume(role, gitlab('https://production.example.com'))).toBe('AccessDenied');
      expect(await workspace.assume(role, gitlab('https://staging.example.com', 'other/project'))).toBe('AccessDenied');
      expect(await workspace.assume(role, gitlab('https://review.example.com'))).toBe('InvalidIdentityTokenException');
    },
    async changed(workspace) {
      const role = arn('role/ci/gitlab-review');
      expect(await workspace.assume(role, gitlab('https://review.example.com'))).toBe(assumed('gitlab-review'));
    },
  },
  {
    name: 'an organization: audiences added later, a trust policy of version 2008-10-17, a large deployment policy',
    folder: 'audiences',
    change: { audiences: ['sts.amazonaws.com', 'https://github.com/octo-org'], functions: 30 },
    imports: [
      ['aws_iam_role.deployment', 'deployment'],
      ['aws_iam_role_policy.deployment', 'deployment:deployment'],
    ],
    async applied(workspace) {
      const role = arn('role/deployment');
      expect(await workspace.assume(role, branch('any'))).toBe(assumed('deployment'));
      expect(await workspace.assume(role, { claims: { repository: 'other/repo' } })).toBe('AccessDenied');
      expect(await workspace.assume(role, { audience: 'https://github.com/octo-org' })).toBe(
        'InvalidIdentityTokenException',
      );
      const octo = 'arn:aws:lambda:eu-west-1:000000000000:function:octo-39';
      expect(await workspace.decision(role, 'lambda:PublishVersion', octo)).toBe('allowed');
      expect(await workspace.decision(role, 'cloudformation:DeleteStack')).toBe('explicitDeny');
      expect(await workspace.decision(role, 's3:GetObject')).toBe('implicitDeny');
    },
    async changed(workspace) {
      const role = arn('role/deployment');
      expect(await workspace.assume(role, { audience: 'https://github.com/octo-org' })).toBe(assumed('deployment'));
      const gone = 'arn:aws:lambda:eu-west-1:000000000000:function:octo-39';
      expect(await workspace.decision(role, 'lambda:PublishVersion', gone)).toBe('implicitDeny');
    },
  },
  {
    name: 'a custom issuer pinned by its root certificate, and iam:PassRole for services',
    folder: 'certificate',
    async prepare(rolecall) {
      await rolecall.control('PUT', '/issuers/own', { preset: 'custom', issuer: OWN_ISSUER });
      return { issuer: OWN_ISSUER, thumbprint: await servedThumbprint(new URL(OWN_ISSUER).hostname) };
    },
    change: { services: ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com'] },
    imports: [
      ['aws_iam_policy.pass', arn('policy/deployer/pass-task-roles')],
      ['aws_iam_role_policy_attachment.deployer["pass"]', `deployer/${arn('policy/deployer/pass-task-roles')}`],
    ],
    async applied(workspace) {
      const role = await workspace.terraform.output('role_arn');
      expect(await workspace.terraform.output('account')).toBe('000000000000');
      const own: TokenRequest = { issuer: 'own', audience: 'deployer', claims: { sub: 'service:deployer' } };
      expect(await workspace.assume(role, own)).toBe(assumed('deployer'));
      expect(await workspace.assume(role, { ...own, claims: { sub: 'service:other' } })).toBe('AccessDenied');
      const pass = (service: string) =>
        workspace.decision(role, 'iam:PassRole', arn('role/task/web'), { 'iam:PassedToService': service });
      expect(await pass('ecs-tasks.amazonaws.com')).toBe('allowed');
      expect(await pass('ecs.amazonaws.com')).toBe('implicitDeny');
      expect(await workspace.decision(role, 'ecs:UpdateService')).toBe('allowed');
    },
    async changed(workspace) {
      const context = { 'iam:PassedToService': 'ecs.amazonaws.com' };
      expect(await workspace.decision(arn('role/deployer'), 'iam:PassRole', arn('role/task/web'), context)).toBe(
        'allowed',
      );
    },
  },
  {
    name: 'a user without permissions who assumes a role for S3',
    folder: 'user',
    change: { hours: 2 },
    imports: [
      ['aws_iam_role.storage', 'storage'],
      ['aws_iam_role_policy_attachment.storage', 'storage/arn:aws:iam::aws:policy/AmazonS3FullAccess'],
    ],
    async applied(workspace) {
      const role = await workspace.terraform.output('role_arn');
      const key = await keyOf(workspace);
      expect((await workspace.sts(key).send(new GetCallerIdentityCommand({}))).Arn).toBe(arn('user/people/analyst'));
      expect(await assumeByCli(workspace, role, key, 3600)).toMatchObject({ code: 0, stdout: assumed('storage') });
      expect(
        (await assumeByCli(workspace, role, key, 7200)).code,
        'longer than the role’s maximum session duration',
      ).not.toBe(0);
      await expect(
        workspace.sts().send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'session' })),
        'the trust policy does not name the administrator',
      ).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(await workspace.decision(role, 's3:PutObject', 'arn:aws:s3:::bucket/key')).toBe('allowed');
      expect(await workspace.decision(role, 'ec2:RunInstances')).toBe('implicitDeny');
      expect(await workspace.decision(arn('user/people/analyst'), 's3:PutObject')).toBe('implicitDeny');
    },
    async changed(workspace) {
      const key = await keyOf(workspace);
      expect(await assumeByCli(workspace, arn('role/storage'), key, 7200)).toMatchObject({ code: 0 });
    },
  },
];

async function keyOf({ terraform }: Workspace): Promise<Credentials> {
  const { access_key_id: id, secret_access_key: secret } = await terraform.outputs();
  return { accessKeyId: String(id), secretAccessKey: String(secret) };
}

const cliAbsent = existsSync(awsCli) ? '' : ' (with the SDK: the AWS CLI is absent)';

/** `aws sts assume-role`; uses the SDK if the CLI is absent. */
function assumeByCli(
  workspace: Workspace,
  roleArn: string,
  key: Credentials,
  seconds: number,
): Promise<{ code: number; stdout: string }> {
  if (cliAbsent !== '') {
    const request = { RoleArn: roleArn, RoleSessionName: 'session', DurationSeconds: seconds };
    return workspace
      .sts(key)
      .send(new AssumeRoleCommand(request))
      .then(
        ({ AssumedRoleUser }) => ({ code: 0, stdout: AssumedRoleUser?.Arn ?? '' }),
        () => ({ code: 254, stdout: '' }),
      );
  }
  const query = ['--query', 'AssumedRoleUser.Arn', '--output', 'text'];
  const options = ['--role-arn', roleArn, '--role-session-name', 'session', '--duration-seconds', String(seconds)];
  return inFolder(async home => {
    const { code, stdout } = await run(awsCli, ['sts', 'assume-role', ...options, ...query], {
      env: {
        ...awsEnvironment(workspace.url, home),
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      },
    });
    return { code, stdout: stdout.trim() };
  });
}

describe.skipIf(absent !== '')(`Terraform, five configurations${absent}${cliAbsent}`, () => {
  it.each(scenarios)('$name', { timeout: TIMEOUT }, plan =>
    withRolecall(async rolecall => {
      const variables = (await plan.prepare?.(rolecall)) ?? {};
      const changed = { ...variables, ...plan.change };
      await inWorkspace(rolecall.url, folder(plan.folder), async terraform => {
        const workspace = new Workspace(rolecall, terraform);
        await terraform.apply(variables);
        expect(await terraform.plan(variables), 'applied: no changes').toBe(0);
        await plan.applied(workspace);

        expect(await terraform.apply(changed), 'in place').toContain(' 0 destroyed');
        expect(await terraform.plan(changed), 'changed: no changes').toBe(0);
        await plan.changed(workspace);

        for (const [address, id] of plan.imports) await terraform.import(address, id, changed);
        expect(await terraform.plan(changed), 'imported: no changes').toBe(0);

        await terraform.destroy(changed);
        await workspace.expectEmpty();
      });
    }),
  );

  it(
    'two parallel applies: each entity is created once, and the other apply gets EntityAlreadyExists',
    {
      timeout: TIMEOUT,
    },
    () =>
      withRolecall(rolecall =>
        inWorkspace(rolecall.url, folder('github'), one =>
          inWorkspace(rolecall.url, folder('github'), async other => {
            const apply = (terraform: Terraform) => terraform.call('apply', '-no-color', '-auto-approve');
            const ends = await Promise.all([apply(one), apply(other)]);
            const failed = ends.filter(end => end.code !== 0);
            expect(failed.length, ends.map(end => end.stderr).join('\n')).toBeGreaterThan(0);
            for (const { stderr } of failed) expect(stderr).toContain('EntityAlreadyExists');
            const workspace = new Workspace(rolecall, one);
            const providers = await workspace.iam().send(new ListOpenIDConnectProvidersCommand({}));
            expect(providers.OpenIDConnectProviderList).toHaveLength(1);
            const { Roles = [] } = await workspace.iam().send(new ListRolesCommand({}));
            expect(Roles.length, 'no role twice').toBeLessThanOrEqual(1);
          }),
        ),
      ),
  );
});
