/** Presets of CI services: CircleCI, Bitbucket Pipelines, Buildkite, HCP Terraform. */
import { recordOf, table, toText } from '../../kernel/table.ts';
import { BUILDKITE_PLATFORM, BUILDKITE_PROTOCOL } from '../ci/buildkite.ts';
import { variable, variableAndFile } from '../ci/platform.ts';
import type { JsonValue } from '../types.ts';
import { type ClaimRow, type Facts, number, optional, type Preset, strings, text } from './row.ts';

const CIRCLECI_CLAIM = 'oidc.circleci.com';

const circleci = (name: string, value: ClaimRow['value']): ClaimRow => text(`${CIRCLECI_CLAIM}/${name}`, value);

const CIRCLECI: Preset = {
  id: 'circleci',
  title: 'CircleCI, CIRCLE_OIDC_TOKEN',
  verification: 'unconfirmed',
  issuer: 'https://oidc.circleci.com/org/${org_id}',
  parameters: { org_id: '3c6e0b8a-9c15-424a-9c53-1b5d3c2d9b6a' },
  audience: '${org_id}',
  audienceForm: 'as-requested',
  lifetime: 3600,
  alg: 'RS256',
  header: ['kid', 'typ'],
  claims: [
    'iss',
    'sub',
    'aud',
    'iat',
    'exp',
    circleci('project-id', facts => facts.value('project_id')),
    { ...circleci('org-id', facts => facts.text('org_id')), partOfIss: 'org_id' },
    strings(`${CIRCLECI_CLAIM}/context-ids`, ['0c7d3f5e-6a1b-4a57-8e26-5e8f4f2f1a10']),
    circleci('job-id', 'c31a5d88-2f84-4e37-b0b8-7dd4b0a4c2a1'),
    circleci('workflow-id', 'a41d2a4f-0c76-4a5e-8a58-6c1b5a3b2d10'),
    circleci('pipeline-id', 'e0f0f6a2-31c8-4a7b-b9a1-3c5d7e9f1b20'),
    circleci('pipeline-definition-id', 'b7d1c9e3-5a2f-4d6c-8e1b-0f2a4c6e8d30'),
    circleci('vcs-origin', facts => facts.value('vcs_origin')),
    circleci('vcs-ref', facts => facts.value('vcs_ref')),
    { name: `${CIRCLECI_CLAIM}/ssh-rerun`, type: 'boolean', value: false },
  ],
  inputs: [
    text('project_id', '7f4a1e2b-0d5a-4f0b-8c07-9a6f0a1c2d3e'),
    text('user_id', '5b1f0c9e-3f6b-4f65-9a55-2f3b7c8d9e0f'),
    text('branch', 'main'),
    optional('tag', 'v1.0.0'),
    text('vcs_origin', 'github.com/acme/widgets'),
    text('vcs_ref', facts =>
      facts.given('tag') ? `refs/tags/${facts.text('tag')}` : `refs/heads/${facts.text('branch')}`,
    ),
  ],
  subjects: [{ when: 'version 1', form: 'org/${org_id}/project/${oidc.circleci.com/project-id}/user/${user_id}' }],
  keys: { kid: 'uuid' },
  endpoints: { jwks_uri: '${issuer}/.well-known/jwks-pub.json' },
  discovery: { id_token_signing_alg_values_supported: ['RS256'] },
  delivery: 'variable CIRCLE_OIDC_TOKEN; other audiences with `circleci run oidc get`',
  platform: variable('CIRCLE_OIDC_TOKEN'),
  aws: { kind: 'accepted', clientId: '${org_id}' },
  unconfirmed: ['other members of the discovery document', 'kid form'],
  sources: ['https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/'],
};

const CIRCLECI_V2: Preset = {
  ...CIRCLECI,
  id: 'circleci-v2',
  title: 'CircleCI, CIRCLE_OIDC_TOKEN_V2',
  verification: 'exact',
  subjects: [
    {
      when: 'version 2',
      form: 'org/${org_id}/project/${oidc.circleci.com/project-id}/user/${user_id}/vcs-origin/${oidc.circleci.com/vcs-origin}/vcs-ref/${oidc.circleci.com/vcs-ref}',
    },
  ],
  delivery: 'variable CIRCLE_OIDC_TOKEN_V2; other audiences with `circleci run oidc get`',
  platform: variable('CIRCLE_OIDC_TOKEN_V2'),
};

const BITBUCKET: Preset = {
  id: 'bitbucket-pipelines',
  title: 'Bitbucket Pipelines',
  verification: 'exact',
  issuer: 'https://api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc',
  parameters: { workspace: 'my-workspace' },
  audience: 'ari:cloud:bitbucket::workspace/${workspace_uuid}',
  audienceForm: 'as-requested',
  lifetime: 3600,
  alg: 'RS256',
  header: ['kid', 'typ'],
  claims: [
    'iss',
    'aud',
    'sub',
    text('accountUuid', '{0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9}'),
    text('workspaceUuid', '{6f5c1d2e-8a39-4a34-9f0a-21c7bb6f0b11}'),
    text('repositoryUuid', '{1c2b3a4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d}'),
    text('pipelineUuid', '{f0e1d2c3-b4a5-4697-8879-6a5b4c3d2e1f}'),
    text('stepUuid', '{9d8c7b6a-5f4e-4d3c-8b2a-1f0e9d8c7b6a}'),
    optional('deploymentEnvironmentUuid', '{2b3c4d5e-6f70-4182-93a4-b5c6d7e8f90a}'),
    text('branchName', facts => facts.value('branch')),
    'iat',
    'exp',
  ],
  inputs: [
    text('branch', 'main'),
    text('workspace_uuid', facts => facts.text('workspaceUuid').replaceAll(/[{}]/g, '')),
  ],
  subjects: [
    {
      when: 'step with a deployment environment',
      applies: facts => facts.given('deploymentEnvironmentUuid'),
      form: '${repositoryUuid}:${deploymentEnvironmentUuid}:${stepUuid}',
    },
    { when: 'step', form: '${repositoryUuid}:${stepUuid}' },
  ],
  keys: { kid: 'thumbprint' },
  endpoints: { jwks_uri: '${issuer}/keys.json' },
  discovery: {
    subject_types_supported: ['public'],
    response_types_supported: ['id_token'],
    claims_supported: ['sub', 'iss'],
    id_token_signing_alg_values_supported: ['RS256'],
  },
  delivery: 'variable BITBUCKET_STEP_OIDC_TOKEN in steps with oidc: true',
  platform: variable('BITBUCKET_STEP_OIDC_TOKEN'),
  aws: { kind: 'accepted', clientId: 'ari:cloud:bitbucket::workspace/6f5c1d2e-8a39-4a34-9f0a-21c7bb6f0b11' },
  unconfirmed: ['middle segment of sub', 'lifetime', 'claims_supported', 'kid form'],
  sources: ['https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/'],
};

/** Claims that `buildkite-agent oidc request-token --claim` adds, or `--subject-claim` uses as the sub. */
const BUILDKITE_ON_REQUEST: Readonly<Record<string, string>> = table({
  organization_id: '0184990a-477b-4fa8-9968-496074483c00',
  pipeline_id: '0184990a-477b-4fa8-9968-496074483cf7',
  build_id: '0184990a-477b-4fa8-9968-496074483c01',
  cluster_id: '0184990a-477b-4fa8-9968-496074483c02',
  cluster_name: 'default',
  queue_id: '0184990a-477b-4fa8-9968-496074483c03',
  queue_key: 'deploy',
});

/** Values that `--subject-claim` accepts. */
const BUILDKITE_SUBJECTS = 'organization_id pipeline_id cluster_id queue_id build_id job_id agent_id'.split(' ');

const lists = (facts: Facts, input: string, name: string): boolean => {
  const names = facts.value(input);
  return Array.isArray(names) && names.includes(name);
};

function sessionTags(facts: Facts): JsonValue | undefined {
  const names = facts.value('aws_session_tags');
  if (!Array.isArray(names)) return undefined;
  return { principal_tags: recordOf(names.map(toText).map(name => [name, [buildkiteValue(facts, name)]])) };
}

const buildkiteValue = (facts: Facts, name: string): string => facts.text(name) || (BUILDKITE_ON_REQUEST[name] ?? '');

const BUILDKITE: Preset = {
  id: 'buildkite',
  title: 'Buildkite',
  verification: 'exact',
  issuer: 'https://agent.buildkite.com',
  audience: 'https://buildkite.com/${organization_slug}',
  audienceForm: 'string',
  lifetime: 300,
  notBefore: 0,
  alg: 'RS256',
  header: ['kid', 'typ'],
  claims: [
    'iss',
    'sub',
    'aud',
    'iat',
    'nbf',
    'exp',
    text('organization_slug', 'acme-inc'),
    text('pipeline_slug', 'super-duper-app'),
    number('build_number', 1),
    text('build_branch', facts => facts.value('branch')),
    { ...text('build_tag', facts => facts.value('tag')), example: 'v1.0.0' },
    text('build_commit', '9f3182061f1e2cca4702c368cbc039b7dc9d4485'),
    { name: 'step_key', type: 'string or null', value: 'build' },
    text('job_id', '0184990a-477b-4fa8-9968-496074483cee'),
    text('agent_id', '0184990a-4782-42b5-afc1-16715b10b8ff'),
    text('build_source', 'ui'),
    text('runner_environment', 'buildkite-hosted'),
    ...Object.entries(BUILDKITE_ON_REQUEST).map(([name, example]) => ({
      ...text(name, facts => (lists(facts, 'include_claims', name) ? example : undefined)),
      example,
    })),
    { name: 'https://aws.amazon.com/tags', type: 'object', value: sessionTags },
  ],
  inputs: [
    text('build_ref', facts =>
      facts.text('build_tag') === ''
        ? `refs/heads/${facts.text('build_branch')}`
        : `refs/tags/${facts.text('build_tag')}`,
    ),
    text('branch', 'main'),
    optional('tag', 'v1.0.0'),
    { ...optional('subject_claim', 'pipeline_id'), names: BUILDKITE_SUBJECTS },
    {
      ...optional('include_claims', ['organization_id', 'pipeline_id'], 'strings'),
      names: Object.keys(BUILDKITE_ON_REQUEST),
    },
    optional('aws_session_tags', ['organization_slug'], 'strings'),
  ],
  openClaims: [{ prefix: 'agent_tag:', type: 'string' }],
  subjects: [
    {
      when: '--subject-claim (`subject_claim`)',
      applies: facts => facts.given('subject_claim'),
      form: facts => buildkiteValue(facts, facts.text('subject_claim')),
    },
    {
      when: 'branch or tag build',
      form: 'organization:${organization_slug}:pipeline:${pipeline_slug}:ref:${build_ref}:commit:${build_commit}:step:${step_key}',
    },
  ],
  keys: { kid: 'thumbprint' },
  endpoints: { jwks_uri: '${issuer}/.well-known/jwks' },
  discovery: { id_token_signing_alg_values_supported: ['RS256'] },
  delivery: '`buildkite-agent oidc request-token`',
  protocols: [BUILDKITE_PROTOCOL],
  platform: BUILDKITE_PLATFORM,
  aws: { kind: 'accepted', clientId: 'sts.amazonaws.com' },
  unconfirmed: ['other members of the discovery document', 'kid form'],
  sources: [
    'https://buildkite.com/docs/pipelines/security/oidc',
    'https://buildkite.com/docs/agent/cli/reference/oidc',
  ],
};

const HCP_TERRAFORM: Preset = {
  id: 'hcp-terraform',
  title: 'HCP Terraform, Terraform Enterprise',
  verification: 'exact',
  issuer: 'https://${host}',
  parameters: { host: 'app.terraform.io' },
  audience: 'aws.workload.identity',
  audienceForm: 'string',
  lifetime: 300,
  notBefore: -5,
  alg: 'RS256',
  header: ['typ', 'kid'],
  claims: [
    'jti',
    'iss',
    'aud',
    'iat',
    'nbf',
    'exp',
    'sub',
    text('terraform_organization_id', 'org-GRNbCjYNpBB6NEH9'),
    text('terraform_organization_name', 'my-org'),
    text('terraform_project_id', 'prj-vegSA59s1XPwMr2t'),
    text('terraform_project_name', 'Default Project'),
    text('terraform_workspace_id', 'ws-mbsd5E3Ktt5Rg2Xm'),
    text('terraform_workspace_name', 'my-workspace'),
    text(
      'terraform_full_workspace',
      facts =>
        `organization:${facts.text('terraform_organization_name')}:project:${facts.text('terraform_project_name')}:workspace:${facts.text('terraform_workspace_name')}`,
    ),
    text('terraform_run_id', 'run-X3n1AUXNGWbfECsJ'),
    text('terraform_run_phase', 'apply'),
  ],
  subjects: [{ when: 'plan or apply', form: '${terraform_full_workspace}:run_phase:${terraform_run_phase}' }],
  keys: { kid: 'thumbprint' },
  endpoints: { jwks_uri: '${issuer}/.well-known/jwks' },
  discovery: { id_token_signing_alg_values_supported: ['RS256'] },
  delivery: 'workspace variables TFC_AWS_PROVIDER_AUTH and TFC_AWS_RUN_ROLE_ARN, or TFC_WORKLOAD_IDENTITY_TOKEN',
  platform: variableAndFile('TFC_WORKLOAD_IDENTITY_TOKEN'),
  aws: { kind: 'accepted', clientId: 'aws.workload.identity' },
  unconfirmed: ['path of jwks_uri', 'variables of manual tokens', 'lifetime (from the documentation sample)'],
  sources: [
    'https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens',
  ],
};

export const CI_SERVICES: readonly Preset[] = [CIRCLECI, CIRCLECI_V2, BITBUCKET, BUILDKITE, HCP_TERRAFORM];
