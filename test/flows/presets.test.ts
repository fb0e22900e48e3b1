/** For every preset: a typical trust policy allows its token and denies a similar token. */
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { ACCOUNT, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

/** A preset's condition: operator, provider key, typical value; and claims of a token that must not match. */
interface Row {
  readonly id: string;
  readonly condition: readonly [operator: string, key: string, value: string];
  readonly similar: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

const SERVICE_ACCOUNT: Pick<Row, 'condition' | 'similar'> = {
  condition: ['StringEquals', 'sub', 'system:serviceaccount:my-namespace:my-serviceaccount'],
  similar: { namespace: 'default' },
};
const GITHUB: Pick<Row, 'condition' | 'similar'> = {
  condition: ['StringLike', 'sub', 'repo:octo-org/octo-repo:ref:refs/heads/*'],
  similar: { pull_request: 7 },
};
const GITLAB: Pick<Row, 'condition' | 'similar'> = {
  condition: ['StringEquals', 'sub', 'project_path:my-group/my-project:ref_type:branch:ref:main'],
  similar: { branch: 'feature' },
};

const ROWS: readonly Row[] = [
  ...[
    'github-actions',
    'github-actions-enterprise',
    'github-actions-ghe-com',
    'github-actions-ghes',
    'forgejo-actions',
  ].map(id => ({ id, ...GITHUB })),
  ...['gitlab-ci', 'gitlab-ci-self-managed'].map(id => ({ id, ...GITLAB, claims: { branch: 'main' } })),
  ...['circleci', 'circleci-v2'].map(
    (id): Row => ({
      id,
      condition: ['StringLike', 'sub', 'org/*/project/7f4a1e2b-0d5a-4f0b-8c07-9a6f0a1c2d3e/user/*'],
      similar: { 'oidc.circleci.com/project-id': '00000000-0000-4000-8000-000000000000' },
    }),
  ),
  {
    id: 'bitbucket-pipelines',
    condition: ['StringLike', 'sub', '{1c2b3a4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d}:*'],
    similar: { repositoryUuid: '{00000000-0000-4000-8000-000000000000}' },
  },
  {
    id: 'buildkite',
    condition: ['StringLike', 'sub', 'organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:*'],
    similar: { build_branch: 'main2' },
  },
  {
    id: 'hcp-terraform',
    condition: [
      'StringLike',
      'sub',
      'organization:my-org:project:Default Project:workspace:my-workspace:run_phase:apply',
    ],
    similar: { terraform_run_phase: 'plan' },
  },
  {
    id: 'vercel',
    condition: ['StringEquals', 'sub', 'owner:acme:project:acme_website:environment:production'],
    similar: { environment: 'preview' },
  },
  { id: 'vercel-global', condition: ['StringEquals', 'aud', 'https://vercel.com/acme'], similar: { owner: 'other' } },
  { id: 'fly', condition: ['StringLike', 'sub', 'my-org:my-app:*'], similar: { app_name: 'other' } },
  {
    id: 'spiffe',
    condition: ['StringEquals', 'sub', 'spiffe://example.org/ns/default/sa/app'],
    similar: { path: 'ns/default/sa/ap' },
  },
  ...['eks-irsa', 'kubernetes', 'gke', 'aks'].map(id => ({ id, ...SERVICE_ACCOUNT })),
  {
    id: 'entra-v2',
    condition: ['StringEquals', 'aud', 'e602ade6-d93a-4b2c-9d1c-0a6c5f0b1d2e'],
    similar: { azp: '00000000-0000-4000-8000-000000000000' },
  },
  {
    id: 'entra-v1',
    condition: ['StringEquals', 'sub', 'f0a3b1c2-d4e5-4f60-8172-93a4b5c6d7e8'],
    similar: { oid: 'other' },
  },
  {
    id: 'azure-devops',
    condition: ['StringEquals', 'sub', 'p://my-org/my-project/my-pipeline'],
    similar: { pipeline: 'other' },
  },
  {
    id: 'azure-devops-entra',
    condition: ['StringLike', 'sub', '/eid1/c/pub/t/*/a/*/sc/*/271ef6f7-5998-4b0a-86fb-4a2a1e1d2c3b'],
    similar: { connection_id: 'other' },
  },
  {
    id: 'auth0',
    condition: ['StringEquals', 'sub', 'fxOwHTLkv5x4K5p9vH6sMExample@clients'],
    similar: { user_id: '1' },
  },
  { id: 'okta', condition: ['StringEquals', 'sub', '0oaexample'], similar: { cid: '0oaother' } },
  {
    id: 'cognito-user-pool',
    condition: ['StringEquals', 'aud', '1example23456789'],
    similar: { app_client_id: 'other' },
  },
  {
    id: 'jenkins',
    condition: ['StringEquals', 'sub', 'https://jenkins.example.com/job/my-job/'],
    similar: { job: 'my-job2' },
  },
  {
    id: 'oci-resource-principal',
    condition: ['StringEquals', 'sub', 'ocid1.example'],
    similar: { rpst_id: 'ocid1.other' },
  },
  { id: 'pulumi', condition: ['StringEquals', 'aud', 'acme'], similar: { org: 'other' } },
  { id: 'spacelift', condition: ['StringLike', 'sub', 'space:legacy:*'], similar: { spaceId: 'root' } },
  {
    id: 'upbound',
    condition: ['StringEquals', 'sub', 'mcp:acme/prod:provider:provider-aws'],
    similar: { control_plane: 'dev' },
  },
  { id: 'codefresh', condition: ['StringLike', 'sub', 'account:64f88488:*'], similar: { account_id: 'other' } },
  { id: 'custom', condition: ['StringEquals', 'sub', 'user-123'], similar: { sub: 'user-124' } },
];

/** Presets whose tokens AWS accepts after provider registration. */
const ACCEPTED = PRESETS.filter(preset => preset.aws.kind === 'accepted');

async function assume(role: string, token: string): Promise<{ status: number; text: string }> {
  const fields = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: role, RoleSessionName: 'test' };
  return bed.form({ ...fields, WebIdentityToken: token });
}

describe('presets with a registered provider', () => {
  it('every preset whose tokens AWS accepts has a row', () => {
    expect(ROWS.map(row => row.id).toSorted()).toEqual(ACCEPTED.map(preset => preset.id).toSorted());
  });

  it.each(ROWS.map(row => [row.id, row] as const))(
    '%s: its own token is allowed, a similar one is denied',
    async (id, row) => {
      const { aws, audience: ownAudience } = PRESETS.find(preset => preset.id === id) ?? {};
      const audience = aws?.kind === 'accepted' && ownAudience === null ? aws.clientId : undefined;
      const mint = (claims: Readonly<Record<string, unknown>>) =>
        bed.rolecall.mint({
          issuer: id,
          claims: { ...row.claims, ...claims },
          ...(audience === undefined ? {} : { audience }),
        });
      const own = await mint({});
      const similar = await mint(row.similar);
      const prefix = own.issuer.replace('https://', '');
      const clientIds = [own, similar].flatMap(({ claims }) => [claims['azp'] ?? claims['aud']].flat().map(String));
      await bed
        .iam()
        .send(new CreateOpenIDConnectProviderCommand({ Url: own.issuer, ClientIDList: [...new Set(clientIds)] }));
      const [operator, key, value] = row.condition;
      const trust = {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${prefix}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { [operator]: { [`${prefix}:${key}`]: value } },
        },
      };
      const { Role } = await bed
        .iam()
        .send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust) }));
      const role = Role?.Arn ?? '';
      const allowed = await assume(role, own.token);
      expect(allowed.status, allowed.text).toBe(200);
      const refused = await assume(role, similar.token);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    },
  );
});

describe('presets with a built-in provider, or whose tokens AWS rejects', () => {
  const roleFor = async (federated: string, condition: unknown): Promise<string> => {
    const trust = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: federated },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: condition,
      },
    };
    const { Role } = await bed
      .iam()
      .send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    return Role?.Arn ?? '';
  };

  it.each([
    ['google-service-account', 'accounts.google.com', 'sub', '113774264463038321964', { sub: '1' }],
    ['google-compute-metadata', 'accounts.google.com', 'oaud', 'sts.amazonaws.com', { aud: 'other' }],
    [
      'cognito-identity-pool',
      'cognito-identity.amazonaws.com',
      'aud',
      'us-east-1:12345678-dcba-dcba-dcba-123456789012',
      { identity_pool_uuid: '0' },
    ],
  ])('%s is built in: %s needs no registered provider', async (issuer, federated, key, value, similar) => {
    const role = await roleFor(federated, { StringEquals: { [`${federated}:${key}`]: value } });
    const audience = issuer.startsWith('google') ? { audience: 'sts.amazonaws.com' } : {};
    const own = await bed.rolecall.mint({ issuer, ...audience });
    const allowed = await assume(role, own.token);
    expect(allowed.status, allowed.text).toBe(200);
    const other = await bed.rolecall.mint({ issuer, claims: similar, ...('aud' in similar ? {} : audience) });
    expect((await assume(role, other.token)).status).toBe(403);
  });

  it.each(['aws-outbound', 'eks-pod-identity'])('%s: its token is rejected although a role trusts it', async issuer => {
    const { token, issuer: iss } = await bed.rolecall.mint({
      issuer,
      ...(issuer === 'aws-outbound' ? { audience: 'a' } : {}),
    });
    const prefix = iss.replace('https://', '');
    await bed
      .iam()
      .send(new CreateOpenIDConnectProviderCommand({ Url: iss, ClientIDList: ['a', 'sts.amazonaws.com'] }));
    const role = await roleFor(`arn:aws:iam::${ACCOUNT}:oidc-provider/${prefix}`, {
      StringLike: { [`${prefix}:sub`]: '*:*' },
    });
    const answer = await assume(role, token);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('InvalidIdentityToken');
  });
});
