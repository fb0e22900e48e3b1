/** Presets of GitLab CI/CD id_tokens: gitlab.com and self-managed instances. */
import { toText } from '../../kernel/table.ts';
import { variableAndFile } from '../ci/platform.ts';
import type { TokenForm } from '../types.ts';
import {
  after,
  type ClaimRow,
  type Facts,
  field,
  number,
  optional,
  type Preset,
  splitOnce,
  strings,
  text,
} from './row.ts';
import { GITLAB_STARTER } from './starters.ts';

const SHA = '714a629c0b401fdce83e847fc9589983fc6f46bc';

const projectPath = (facts: Facts): string => facts.text('project_path');

/** Everything before the last `/`; groups can be nested. */
const namespaceOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function ref(facts: Facts): string {
  if (facts.given('tag')) return facts.text('tag');
  if (facts.given('branch')) return facts.text('branch');
  const path = facts.given('ref_path') ? facts.text('ref_path') : '';
  return after('refs/tags/', path) ?? after('refs/heads/', path) ?? 'feature-branch-1';
}

function refType(facts: Facts): string {
  return facts.given('tag') || (facts.given('ref_path') && facts.text('ref_path').startsWith('refs/tags/'))
    ? 'tag'
    : 'branch';
}

const refPath = (facts: Facts): string =>
  `refs/${facts.text('ref_type') === 'tag' ? 'tags' : 'heads'}/${facts.text('ref')}`;

/** `ci_id_token_sub_claim_components` of the project API, in the configured order. */
function components(facts: Facts): string {
  const names = facts.value('ci_id_token_sub_claim_components');
  return Array.isArray(names)
    ? names
        .map(toText)
        .map(name => `${name}:${facts.text(name)}`)
        .join(':')
    : '';
}

const inEnvironment =
  (value: string) =>
  (facts: Facts): string | undefined =>
    facts.text('environment') === '' ? undefined : value;

const instance = (facts: Facts): string => splitOnce(facts.text('iss'), '://')[1];

const INPUTS: readonly ClaimRow[] = [
  optional('branch', 'main'),
  optional('tag', 'v1.0.0'),
  {
    name: 'ci_id_token_sub_claim_components',
    type: 'strings',
    example: ['project_path', 'ref_type', 'ref', 'environment_protected'],
    names: ['project_path', 'ref_type', 'ref', 'environment_protected', 'deployment_tier', 'ref_protected'],
  },
  { name: 'job_timeout', type: 'number', example: 3600, value: 3600 },
];

const FORM: TokenForm = {
  fields: [
    field('project_path', 'Project', 'my-group/my-project'),
    field('branch', 'Branch', 'main'),
    field('tag', 'Tag', 'v1.0.0'),
    field('environment', 'Environment', 'production'),
    field('user_login', 'User', 'sample-user'),
  ],
  subject: 'project_path:my-group/my-project:ref_type:branch:ref:main',
};

const GITLAB_CI: Preset = {
  id: 'gitlab-ci',
  title: 'GitLab CI/CD id_tokens',
  verification: 'exact',
  issuer: 'https://gitlab.com',
  audience: '${iss}',
  audienceForm: 'as-requested',
  lifetime: facts => Number(facts.value('job_timeout')) || 300,
  notBefore: -5,
  alg: 'RS256',
  header: ['kid', 'typ'],
  claims: [
    text('namespace_id', '72'),
    text('namespace_path', facts => namespaceOf(projectPath(facts))),
    text('project_id', '20'),
    text('project_path', facts =>
      facts.given('namespace_path') ? `${facts.text('namespace_path')}/my-project` : 'my-group/my-project',
    ),
    text('user_id', '1'),
    text('user_login', 'sample-user'),
    text('user_email', facts => `${facts.text('user_login')}@example.com`),
    text('user_access_level', 'developer'),
    { name: 'user_identities', type: 'objects', example: [{ provider: 'github', extern_uid: '2435223452345' }] },
    text('pipeline_id', '574'),
    text('pipeline_source', 'push'),
    text('job_id', '302'),
    text('ref', ref),
    text('ref_type', refType),
    text('ref_path', refPath),
    text('ref_protected', 'false'),
    { ...strings('groups_direct'), example: ['mygroup/mysubgroup'] },
    optional('environment', 'test-environment2'),
    text('environment_protected', inEnvironment('false')),
    text('deployment_tier', inEnvironment('testing')),
    text('environment_action', inEnvironment('start')),
    number('runner_id', 1),
    text('runner_environment', 'gitlab-hosted'),
    text('sha', SHA),
    text('project_visibility', 'public'),
    text(
      'ci_config_ref_uri',
      facts => `${instance(facts)}/${projectPath(facts)}//.gitlab-ci.yml@${facts.text('ref_path')}`,
    ),
    text('ci_config_sha', facts => facts.value('sha')),
    optional('job_project_id', '20'),
    optional('job_project_path', 'my-group/my-project'),
    optional('job_namespace_id', '72'),
    optional('job_namespace_path', 'my-group'),
    optional('job_source', 'push'),
    optional('job_config', {}, 'object'),
    'jti',
    'iss',
    'iat',
    'nbf',
    'exp',
    'sub',
    'aud',
  ],
  inputs: INPUTS,
  subjects: [
    {
      when: 'configured (`ci_id_token_sub_claim_components`)',
      applies: facts => facts.given('ci_id_token_sub_claim_components'),
      form: components,
    },
    { when: 'branch or tag pipeline', form: 'project_path:${project_path}:ref_type:${ref_type}:ref:${ref}' },
  ],
  keys: { kid: 'thumbprint', decoys: [4096, 2048] },
  endpoints: {
    jwks_uri: '${issuer}/oauth/discovery/keys',
    authorization_endpoint: '${issuer}/oauth/authorize',
    token_endpoint: '${issuer}/oauth/token',
    revocation_endpoint: '${issuer}/oauth/revoke',
    introspection_endpoint: '${issuer}/oauth/introspect',
    userinfo_endpoint: '${issuer}/oauth/userinfo',
  },
  discovery: {
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: [
      ...['iss', 'sub', 'aud', 'exp', 'iat', 'sub_legacy', 'name', 'nickname', 'preferred_username', 'email'],
      ...['email_verified', 'website', 'profile', 'picture', 'groups', 'groups_direct'],
      ...['owner', 'maintainer', 'developer'].map(level => `https://gitlab.org/claims/groups/${level}`),
    ],
  },
  delivery: 'job keyword id_tokens: {NAME: {aud: …}}; the token is in the variable NAME',
  platform: variableAndFile('GITLAB_OIDC_TOKEN'),
  form: FORM,
  aws: { kind: 'accepted', clientId: '${iss}' },
  unconfirmed: [
    'kid form',
    'current claims_supported',
    'types of job_project_*, job_source and job_config',
    'aud as an array when a list is configured',
  ],
  sources: [
    'https://docs.gitlab.com/ci/secrets/id_token_authentication/',
    'https://docs.gitlab.com/ci/cloud_services/aws/',
    'https://docs.gitlab.com/api/projects/',
  ],
};

export const GITLAB: readonly Preset[] = [
  { ...GITLAB_CI, starter: GITLAB_STARTER },
  {
    ...GITLAB_CI,
    id: 'gitlab-ci-self-managed',
    title: 'GitLab CI/CD id_tokens, self-managed',
    verification: 'unconfirmed',
    issuer: 'https://${host}',
    parameters: { host: 'gitlab.example.com' },
    claims: GITLAB_CI.claims.map(row =>
      typeof row === 'object' && row.name === 'runner_environment' ? text('runner_environment', 'self-hosted') : row,
    ),
  },
];
