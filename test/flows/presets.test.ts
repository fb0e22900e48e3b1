/** For every preset: a typical trust policy accepts its token and rejects a similar token. */
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/idp/presets.ts';
import { ACCOUNT, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

/** By preset: an operator, a condition key of the provider, a typical value, and claims that must not match. */
interface Row {
  readonly id: string;
  readonly condition: readonly [operator: string, key: string, value: string];
  readonly neighbour: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

const SERVICE_ACCOUNT: Pick<Row, 'condition' | 'neighbour'> = {
  condition: ['StringEquals', 'sub', 'system:serviceaccount:my-namespace:my-serviceaccount'],
  neighbour: { namespace: 'default' },
};
const GITHUB: Pick<Row, 'condition' | 'neighbour'> = {
  condition: ['StringLike', 'sub', 'repo:octo-org/octo-repo:ref:refs/heads/*'],
  neighbour: { pull_request: 7 },
};
const GITLAB: Pick<Row, 'condition' | 'neighbour'> = {
  condition: ['StringEquals', 'sub', 'project_path:my-group/my-project:ref_type:branch:ref:main'],
  neighbour: { branch: 'feature' },
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
      neighbour: { 'oidc.circleci.com/project-id': '00000000-0000-4000-8000-000000000000' },
    }),
  ),
  {
    id: 'bitbucket-pipelines',
    condition: ['StringLike', 'sub', '{1c2b3a4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d}:*'],
    neighbour: { repositoryUuid: '{00000000-0000-4000-8000-000000000000}' },
  },
  {
    id: 'buildkite',
    condition: ['StringLike', 'sub', 'organization:acme-inc:pipeline:super-duper-app:ref:refs/heads/main:*'],
    neighbour: { build_branch: 'main2' },
  },
  {
    id: 'hcp-terraform',
    condition: [
      'StringLike',
      'sub',
      'organization:my-org:project:Default Project:workspace:my-workspace:run_phase:apply',
    ],
    neighbour: { terraform_run_phase: 'plan' },
  },
  {
    id: 'vercel',
    condition: ['StringEquals', 'sub', 'owner:acme:project:acme_website:environment:production'],
    neighbour: { environment: 'preview' },
  },
  { id: 'vercel-global', condition: ['StringEquals', 'aud', 'https://vercel.com/acme'], neighbour: { owner: 'other' } },
  { id: 'fly', condition: ['StringLike', 'sub', 'my-org:my-app:*'], neighbour: { app_name: 'other' } },
  {
    id: 'spiffe',
    condition: ['StringEquals', 'sub', 'spiffe://example.org/ns/default/sa/app'],
    neighbour: { path: 'ns/default/sa/ap' },
  },
  ...['eks-irsa', 'kubernetes', 'gke', 'aks'].map(id => ({ id, ...SERVICE_ACCOUNT })),
  {
    id: 'entra-v2',
    condition: ['StringEquals', 'aud', 'e602ade6-d93a-4b2c-9d1c-0a6c5f0b1d2e'],
    neighbour: { azp: '00000000-0000-4000-8000-000000000000' },
  },
  {
    id: 'entra-v1',
    condition: ['StringEquals', 'sub', 'f0a3b1c2-d4e5-4f60-8172-93a4b5c6d7e8'],
    neighbour: { oid: 'other' },
  },
  {
    id: 'azure-devops',
    condition: ['StringEquals', 'sub', 'p://my-org/my-project/my-pipeline'],
    neighbour: { pipeline: 'other' },
  },
  {
    id: 'azure-devops-entra',
    condition: ['StringLike', 'sub', '/eid1/c/pub/t/*/a/*/sc/*/271ef6f7-5998-4b0a-86fb-4a2a1e1d2c3b'],
    neighbour: { connection_id: 'other' },
  },
  {
    id: 'auth0',
    condition: ['StringEquals', 'sub', 'fxOwHTLkv5x4K5p9vH6sMExample@clients'],
    neighbour: { user_id: '1' },
  },
  { id: 'okta', condition: ['StringEquals', 'sub', '0oaexample'], neighbour: { cid: '0oaother' } },
  {
    id: 'cognito-user-pool',
    condition: ['StringEquals', 'aud', '1example23456789'],
    neighbour: { app_client_id: 'other' },
  },
  {
    id: 'jenkins',
    condition: ['StringEquals', 'sub', 'https://jenkins.example.com/job/my-job/'],
    neighbour: { job: 'my-job2' },
  },
  {
    id: 'oci-resource-principal',
    condition: ['StringEquals', 'sub', 'ocid1.example'],
    neighbour: { rpst_id: 'ocid1.other' },
  },
  { id: 'pulumi', condition: ['StringEquals', 'aud', 'acme'], neighbour: { org: 'other' } },
  { id: 'spacelift', condition: ['StringLike', 'sub', 'space:legacy:*'], neighbour: { spaceId: 'root' } },
  {
    id: 'upbound',
    condition: ['StringEquals', 'sub', 'mcp:acme/prod:provider:provider-aws'],
    neighbour: { control_plane: 'dev' },
  },
  { id: 'codefresh', condition: ['StringLike', 'sub', 'account:64f88488:*'], neighbour: { account_id: 'other' } },
  { id: 'custom', condition: ['StringEquals', 'sub', 'user-123'], neighbour: { sub: 'user-124' } },
];

/** Presets whose tokens AWS accepts after the provider is registered. */
const ACCEPTED = PRESETS.filter(preset => preset.aws.kind === 'accepted');

async function assume(role: string, token: string): Promise<{ status: number; text: string }> {
  const fields = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: role, RoleSessionName: 'test' };
  return bed.form({ ...fields, WebIdentityToken: token });
}

describe('preset by preset', () => {
  it('every preset whose tokens AWS accepts has a row', () => {
    expect(ROWS.map(row => row.id).toSorted()).toEqual(ACCEPTED.map(preset => preset.id).toSorted());
  });

  it.each(ROWS.map(row => [row.id, row] as const))(
    '%s: its own token is let in, the neighbour is not',
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
      const neighbour = await mint(row.neighbour);
      const prefix = own.issuer.replace('https://', '');
      const clientIds = [own, neighbour].flatMap(({ claims }) => [claims['azp'] ?? claims['aud']].flat().map(String));
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
      const refused = await assume(role, neighbour.token);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    },
  );
});

describe('presets that AWS accepts without registration, or does not accept', () => {
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
  ])('%s is built in: no provider is registered for %s', async (issuer, federated, key, value, neighbour) => {
    const role = await roleFor(federated, { StringEquals: { [`${federated}:${key}`]: value } });
    const audience = issuer.startsWith('google') ? { audience: 'sts.amazonaws.com' } : {};
    const own = await bed.rolecall.mint({ issuer, ...audience });
    const allowed = await assume(role, own.token);
    expect(allowed.status, allowed.text).toBe(200);
    const other = await bed.rolecall.mint({ issuer, claims: neighbour, ...('aud' in neighbour ? {} : audience) });
    expect((await assume(role, other.token)).status).toBe(403);
  });

  it.each(['aws-outbound', 'eks-pod-identity'])('%s: its token is rejected even if a role trusts it', async issuer => {
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
