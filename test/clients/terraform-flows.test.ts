/** Five federation set-ups as people write them in Terraform: applied, clean, changed in place, imported, taken away. */
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

/** A walk is a dozen runs of Terraform; each takes half a minute on a machine that has other work. */
const TIMEOUT = 900_000;

const SHA1 = '6938fd4d98bab03faadb97b34396831e3780aea1';
const OWN_ISSUER = 'https://issuer.octo.test';
const arn = (resource: string) => `arn:aws:iam::000000000000:${resource}`;

const folder = (walk: string): string[] =>
  ['provider.tf', `${walk}/main.tf`].map(file => fileURLToPath(new URL(`../flows/terraform/${file}`, import.meta.url)));

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One emulator and one workspace in it. */
class Walk {
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

  /** Name of the assumed role, or the code of the refusal. */
  async assume(roleArn: string, token: TokenRequest): Promise<string> {
    const request = { RoleArn: roleArn, RoleSessionName: 'walk', WebIdentityToken: await this.#rolecall.mint(token) };
    return this.sts()
      .send(new AssumeRoleWithWebIdentityCommand(request))
      .then(
        ({ AssumedRoleUser }) => AssumedRoleUser?.Arn ?? '',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
  }

  /** What a role may do by its own policies: `allowed`, `implicitDeny` or `explicitDeny`. */
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

  /** Nothing is left but what was there before. */
  async isEmpty(): Promise<void> {
    const iam = this.iam();
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
    expect((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toEqual([]);
    const users = (await iam.send(new ListUsersCommand({ PathPrefix: '/people/' }))).Users;
    expect(users).toEqual([]);
  }
}

interface WalkPlan {
  readonly name: string;
  readonly folder: string;
  /** What must be there before; answers the variables of every run. */
  prepare?(rolecall: Emulator): Promise<Variables>;
  /** Variables of the second apply. */
  readonly change: Variables;
  /** Address and id of what is imported after the change. */
  readonly imports: readonly (readonly [address: string, id: string])[];
  applied(walk: Walk): Promise<void>;
  changed(walk: Walk): Promise<void>;
}

const branch = (name: string): TokenRequest => ({ claims: { ref: `refs/heads/${name}` } });
const assumed = (role: string): string => `arn:aws:sts::000000000000:assumed-role/${role}/walk`;

/** GitLab's audience and branch. */
const gitlab = (audience: string, project = 'octo-group/octo-project'): TokenRequest => ({
  issuer: 'gitlab-ci',
  audience,
  claims: { project_path: project, ref: 'main', ref_type: 'branch' },
});

const walks: readonly WalkPlan[] = [
  {
    name: 'GitHub: a provider without a thumbprint, later with one, and a role for one branch',
    folder: 'github',
    change: { branch: 'release', thumbprints: [SHA1] },
    imports: [
      ['aws_iam_openid_connect_provider.github', arn('oidc-provider/token.actions.githubusercontent.com')],
      ['aws_iam_role.pipeline', 'pipeline'],
    ],
    async applied(walk) {
      const role = await walk.terraform.output('role_arn');
      expect(role).toBe(arn('role/pipeline'));
      expect(await walk.assume(role, branch('main'))).toBe(assumed('pipeline'));
      expect(await walk.assume(role, branch('release'))).toBe('AccessDenied');
      expect(await walk.assume(role, { ...branch('main'), audience: 'https://github.com/octo-org' })).toBe(
        'InvalidIdentityTokenException',
      );
    },
    async changed(walk) {
      const role = arn('role/pipeline');
      expect(await walk.assume(role, branch('release'))).toBe(assumed('pipeline'));
      expect(await walk.assume(role, branch('main'))).toBe('AccessDenied');
      const provider = await walk.iam().send(
        new GetOpenIDConnectProviderCommand({
          OpenIDConnectProviderArn: arn('oidc-provider/token.actions.githubusercontent.com'),
        }),
      );
      expect(provider.ThumbprintList).toEqual([SHA1]);
    },
  },
  {
    name: 'GitLab: audiences of one’s own, and a role for each',
    folder: 'gitlab',
    change: { environments: ['staging', 'production', 'review'] },
    imports: [
      ['aws_iam_openid_connect_provider.gitlab', arn('oidc-provider/gitlab.com')],
      ['aws_iam_role.environment["staging"]', 'gitlab-staging'],
    ],
    async applied(walk) {
      const role = arn('role/ci/gitlab-staging');
      expect(await walk.assume(role, gitlab('https://staging.example.com'))).toBe(assumed('gitlab-staging'));
      expect(await walk.assume(role, gitlab('https://production.example.com'))).toBe('AccessDenied');
      expect(await walk.assume(role, gitlab('https://staging.example.com', 'other/project'))).toBe('AccessDenied');
      expect(await walk.assume(role, gitlab('https://review.example.com'))).toBe('InvalidIdentityTokenException');
    },
    async changed(walk) {
      const role = arn('role/ci/gitlab-review');
      expect(await walk.assume(role, gitlab('https://review.example.com'))).toBe(assumed('gitlab-review'));
    },
  },
  {
    name: 'an organisation: audiences that came later, a trust policy of 2008-10-17, a large deployment policy',
    folder: 'audiences',
    change: { audiences: ['sts.amazonaws.com', 'https://github.com/octo-org'], functions: 30 },
    imports: [
      ['aws_iam_role.deployment', 'deployment'],
      ['aws_iam_role_policy.deployment', 'deployment:deployment'],
    ],
    async applied(walk) {
      const role = arn('role/deployment');
      expect(await walk.assume(role, branch('any'))).toBe(assumed('deployment'));
      expect(await walk.assume(role, { claims: { repository: 'other/repo' } })).toBe('AccessDenied');
      expect(await walk.assume(role, { audience: 'https://github.com/octo-org' })).toBe(
        'InvalidIdentityTokenException',
      );
      const octo = 'arn:aws:lambda:eu-west-1:000000000000:function:octo-39';
      expect(await walk.decision(role, 'lambda:PublishVersion', octo)).toBe('allowed');
      expect(await walk.decision(role, 'cloudformation:DeleteStack')).toBe('explicitDeny');
      expect(await walk.decision(role, 's3:GetObject')).toBe('implicitDeny');
    },
    async changed(walk) {
      const role = arn('role/deployment');
      expect(await walk.assume(role, { audience: 'https://github.com/octo-org' })).toBe(assumed('deployment'));
      const gone = 'arn:aws:lambda:eu-west-1:000000000000:function:octo-39';
      expect(await walk.decision(role, 'lambda:PublishVersion', gone)).toBe('implicitDeny');
    },
  },
  {
    name: 'an issuer of one’s own by the top certificate it serves, and roles handed to services',
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
    async applied(walk) {
      const role = await walk.terraform.output('role_arn');
      expect(await walk.terraform.output('account')).toBe('000000000000');
      const own: TokenRequest = { issuer: 'own', audience: 'deployer', claims: { sub: 'service:deployer' } };
      expect(await walk.assume(role, own)).toBe(assumed('deployer'));
      expect(await walk.assume(role, { ...own, claims: { sub: 'service:other' } })).toBe('AccessDenied');
      const pass = (service: string) =>
        walk.decision(role, 'iam:PassRole', arn('role/task/web'), { 'iam:PassedToService': service });
      expect(await pass('ecs-tasks.amazonaws.com')).toBe('allowed');
      expect(await pass('ecs.amazonaws.com')).toBe('implicitDeny');
      expect(await walk.decision(role, 'ecs:UpdateService')).toBe('allowed');
    },
    async changed(walk) {
      const context = { 'iam:PassedToService': 'ecs.amazonaws.com' };
      expect(await walk.decision(arn('role/deployer'), 'iam:PassRole', arn('role/task/web'), context)).toBe('allowed');
    },
  },
  {
    name: 'a user without permissions who takes the role for S3',
    folder: 'user',
    change: { hours: 2 },
    imports: [
      ['aws_iam_role.storage', 'storage'],
      ['aws_iam_role_policy_attachment.storage', 'storage/arn:aws:iam::aws:policy/AmazonS3FullAccess'],
    ],
    async applied(walk) {
      const role = await walk.terraform.output('role_arn');
      const key = await keyOf(walk);
      expect((await walk.sts(key).send(new GetCallerIdentityCommand({}))).Arn).toBe(arn('user/people/analyst'));
      expect(await assumeByCli(walk, role, key, 3600)).toMatchObject({ code: 0, stdout: assumed('storage') });
      expect((await assumeByCli(walk, role, key, 7200)).code, 'longer than the role allows').not.toBe(0);
      await expect(
        walk.sts().send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'walk' })),
        'the administrator is in the account but not in the trust policy',
      ).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(await walk.decision(role, 's3:PutObject', 'arn:aws:s3:::bucket/key')).toBe('allowed');
      expect(await walk.decision(role, 'ec2:RunInstances')).toBe('implicitDeny');
      expect(await walk.decision(arn('user/people/analyst'), 's3:PutObject')).toBe('implicitDeny');
    },
    async changed(walk) {
      const key = await keyOf(walk);
      expect(await assumeByCli(walk, arn('role/storage'), key, 7200)).toMatchObject({ code: 0 });
    },
  },
];

async function keyOf({ terraform }: Walk): Promise<Credentials> {
  const { access_key_id: id, secret_access_key: secret } = await terraform.outputs();
  return { accessKeyId: String(id), secretAccessKey: String(secret) };
}

const cliAbsent = existsSync(awsCli) ? '' : ' (by the SDK: the AWS CLI is absent)';

/** `aws sts assume-role`; by the SDK where there is no CLI. */
function assumeByCli(
  walk: Walk,
  roleArn: string,
  key: Credentials,
  seconds: number,
): Promise<{ code: number; stdout: string }> {
  if (cliAbsent !== '') {
    const request = { RoleArn: roleArn, RoleSessionName: 'walk', DurationSeconds: seconds };
    return walk
      .sts(key)
      .send(new AssumeRoleCommand(request))
      .then(
        ({ AssumedRoleUser }) => ({ code: 0, stdout: AssumedRoleUser?.Arn ?? '' }),
        () => ({ code: 254, stdout: '' }),
      );
  }
  const query = ['--query', 'AssumedRoleUser.Arn', '--output', 'text'];
  const asked = ['--role-arn', roleArn, '--role-session-name', 'walk', '--duration-seconds', String(seconds)];
  return inFolder(async home => {
    const { code, stdout } = await run(awsCli, ['sts', 'assume-role', ...asked, ...query], {
      env: {
        ...awsEnvironment(walk.url, home),
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      },
    });
    return { code, stdout: stdout.trim() };
  });
}

describe.skipIf(absent !== '')(`Terraform, five walks${absent}${cliAbsent}`, () => {
  it.each(walks)('$name', { timeout: TIMEOUT }, plan =>
    withRolecall(async rolecall => {
      const variables = (await plan.prepare?.(rolecall)) ?? {};
      const changed = { ...variables, ...plan.change };
      await inWorkspace(rolecall.url, folder(plan.folder), async terraform => {
        const walk = new Walk(rolecall, terraform);
        await terraform.apply(variables);
        expect(await terraform.plan(variables), 'applied: nothing to change').toBe(0);
        await plan.applied(walk);

        expect(await terraform.apply(changed), 'in place').toContain(' 0 destroyed');
        expect(await terraform.plan(changed), 'changed: nothing to change').toBe(0);
        await plan.changed(walk);

        for (const [address, id] of plan.imports) await terraform.import(address, id, changed);
        expect(await terraform.plan(changed), 'imported: nothing to change').toBe(0);

        await terraform.destroy(changed);
        await walk.isEmpty();
      });
    }),
  );

  it(
    'two applies at once: each entity is made once, and the other apply is told that it exists',
    {
      timeout: TIMEOUT,
    },
    () =>
      withRolecall(rolecall =>
        inWorkspace(rolecall.url, folder('github'), one =>
          inWorkspace(rolecall.url, folder('github'), async other => {
            const apply = (terraform: Terraform) => terraform.call('apply', '-no-color', '-auto-approve');
            const ends = await Promise.all([apply(one), apply(other)]);
            const losers = ends.filter(end => end.code !== 0);
            expect(losers.length, ends.map(end => end.stderr).join('\n')).toBeGreaterThan(0);
            for (const { stderr } of losers) expect(stderr).toContain('EntityAlreadyExists');
            const walk = new Walk(rolecall, one);
            const providers = await walk.iam().send(new ListOpenIDConnectProvidersCommand({}));
            expect(providers.OpenIDConnectProviderList).toHaveLength(1);
            const { Roles = [] } = await walk.iam().send(new ListRolesCommand({}));
            expect(Roles.length, 'no role twice').toBeLessThanOrEqual(1);
          }),
        ),
      ),
  );
});
