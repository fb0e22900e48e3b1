/** Presets of GitHub Actions: github.com, enterprise issuers, GHE.com, GitHub Enterprise Server, Forgejo. */
import { table, toText } from '../../kernel/table.ts';
import { GITHUB_PLATFORM, GITHUB_PROTOCOL } from '../ci/github-actions.ts';
import type { JsonValue, TokenForm } from '../types.ts';
import {
  after,
  type ClaimRow,
  type Facts,
  field,
  number,
  optional,
  type Preset,
  type RegisteredClaim,
  type SubjectForm,
  splitOnce,
  text,
} from './row.ts';
import { GITHUB_STARTER } from './starters.ts';

const SHA = 'f1d2d2f924e986ac86fdf7b36c94bcdf32beec15';

/** GitHub encodes a colon in a value of a subject as %3A. */
const part = (value: string): string => value.replaceAll(':', '%3A');

const ownerAndName = (facts: Facts): readonly [string, string] => splitOnce(facts.text('repository'), '/');

function repoPart(facts: Facts): string {
  const [owner, name] = ownerAndName(facts);
  return facts.value('use_immutable_subject') === true
    ? `repo:${owner}@${facts.text('repository_owner_id')}/${name}@${facts.text('repository_id')}`
    : `repo:${owner}/${name}`;
}

/** In order of precedence: environment, pull request, ref. */
function contextPart(facts: Facts): string {
  if (facts.text('environment') !== '') return `environment:${part(facts.text('environment'))}`;
  return facts.text('event_name') === 'pull_request' ? 'pull_request' : `ref:${facts.text('ref')}`;
}

const SPECIAL_KEYS: Readonly<Record<string, (facts: Facts) => string>> = table({
  repo: repoPart,
  context: contextPart,
});

/** The subject from `include_claim_keys` of GitHub's customization API, in the configured order. */
function customised(facts: Facts): string {
  const keys = facts.value('include_claim_keys');
  if (!Array.isArray(keys)) return '';
  return keys
    .map(toText)
    .map(key => SPECIAL_KEYS[key]?.(facts) ?? `${key}:${part(facts.text(key))}`)
    .join(':');
}

const isImmutable = (facts: Facts): boolean => facts.value('use_immutable_subject') === true;
const hasEnvironment = (facts: Facts): boolean => facts.text('environment') !== '';
const isPullRequest = (facts: Facts): boolean => facts.text('event_name') === 'pull_request';
/** Events of a pull request: both have a head and a base; only pull_request has its own subject format. */
const hasPullRequest = (facts: Facts): boolean =>
  ['pull_request', 'pull_request_target'].includes(facts.text('event_name'));
const isTag = (facts: Facts): boolean => facts.text('ref_type') === 'tag';

const tails: readonly (readonly [when: string, applies: (facts: Facts) => boolean, tail: string])[] = [
  [
    'environment (takes precedence over pull request and ref; a colon in its name is encoded as %3A)',
    hasEnvironment,
    'environment:${environment}',
  ],
  ['pull request', isPullRequest, 'pull_request'],
  ['tag', isTag, 'ref:${ref}'],
  ['branch, schedule, dispatch', () => true, 'ref:${ref}'],
];

/** Every suffix in the default and the immutable format; `environment_part` is the environment with encoded colons. */
const SUBJECTS: readonly SubjectForm[] = [
  { when: 'customized (`include_claim_keys`)', applies: facts => facts.given('include_claim_keys'), form: customised },
  ...tails.map(([when, applies, tail]) => ({
    when: `immutable (\`use_immutable_subject\`, the default for repositories from 2026-07-15), ${when}`,
    applies: (facts: Facts) => isImmutable(facts) && applies(facts),
    form: `repo:\${owner}@\${repository_owner_id}/\${repository_name}@\${repository_id}:${tail.replace('${environment}', '${environment_part}')}`,
  })),
  ...tails.map(([when, applies, tail]) => ({
    when,
    applies,
    form: `repo:\${repository}:${tail.replace('${environment}', '${environment_part}')}`,
  })),
];

/** Whether a claim is given that only a pull request has. */
const givesPullRequest = (facts: Facts): boolean =>
  facts.given('pull_request') || ['head_ref', 'base_ref'].some(name => facts.given(name) && facts.text(name) !== '');

function ref(facts: Facts): JsonValue {
  if (facts.given('tag')) return `refs/tags/${facts.text('tag')}`;
  if (facts.given('branch')) return `refs/heads/${facts.text('branch')}`;
  if (facts.given('event_name') ? isPullRequest(facts) : givesPullRequest(facts))
    return `refs/pull/${facts.text('pull_request') || '1'}/merge`;
  if (facts.given('ref_type') && isTag(facts)) return 'refs/tags/v1.0.0';
  // A job of pull_request_target runs on the base branch of the pull request.
  return `refs/heads/${hasPullRequest(facts) ? facts.text('base_ref') : 'main'}`;
}

function eventName(facts: Facts): JsonValue {
  if (givesPullRequest(facts)) return 'pull_request';
  if (facts.given('ref') && facts.text('ref').startsWith('refs/pull/')) return 'pull_request';
  return facts.given('tag') ? 'push' : 'workflow_dispatch';
}

function repository(facts: Facts): JsonValue {
  const owner = ['repository_owner', 'owner'].find(name => facts.given(name));
  const name = facts.given('repository_name') ? facts.text('repository_name') : 'octo-repo';
  return `${owner === undefined ? 'octo-org' : facts.text(owner)}/${name}`;
}

const CLAIMS: readonly (ClaimRow | RegisteredClaim)[] = [
  'jti',
  'sub',
  'aud',
  text('ref', ref),
  text('sha', SHA),
  text('repository', repository),
  text('repository_owner', facts => ownerAndName(facts)[0]),
  text('repository_owner_id', '65'),
  text('run_id', '30433642'),
  text('run_number', '10'),
  text('run_attempt', '2'),
  text('repository_visibility', 'private'),
  text('repository_id', '74'),
  text('actor_id', '12'),
  text('actor', 'octocat'),
  text('workflow', 'example-workflow'),
  text('head_ref', facts => (hasPullRequest(facts) ? 'feature' : '')),
  text('base_ref', facts => (hasPullRequest(facts) ? 'main' : '')),
  text('event_name', eventName),
  text('ref_protected', 'false'),
  text('ref_type', facts => (after('refs/tags/', facts.text('ref')) === undefined ? 'branch' : 'tag')),
  optional('environment', 'prod'),
  text('environment_node_id', facts => (hasEnvironment(facts) ? 'EN_kwDOexample' : undefined)),
  text('workflow_ref', facts => `${facts.text('repository')}/.github/workflows/example.yml@${facts.text('ref')}`),
  text('workflow_sha', facts => facts.value('sha')),
  text('job_workflow_ref', facts => facts.value('workflow_ref')),
  text('job_workflow_sha', facts => facts.value('workflow_sha')),
  text('runner_environment', 'github-hosted'),
  text('enterprise', facts => facts.value('enterpriseSlug')),
  text('enterprise_id', facts => (facts.text('enterprise') === '' ? undefined : '57')),
  text('check_run_id', '987654321'),
  'iss',
  'nbf',
  'exp',
  'iat',
];

const INPUTS: readonly ClaimRow[] = [
  optional('branch', 'main'),
  optional('tag', 'v1.0.0'),
  { ...number('pull_request'), example: 42 },
  { name: 'use_immutable_subject', type: 'boolean', example: true },
  {
    name: 'include_claim_keys',
    type: 'strings',
    example: ['repo', 'context', 'job_workflow_ref'],
    names: ['repo', 'context', ...CLAIMS.map(row => (typeof row === 'string' ? row : row.name))],
  },
  text('owner', facts => ownerAndName(facts)[0]),
  text('repository_name', facts => ownerAndName(facts)[1]),
  text('environment_part', facts => part(facts.text('environment'))),
];

const FORM: TokenForm = {
  fields: [
    field('repository', 'Repository', 'octo-org/octo-repo'),
    field('branch', 'Branch', 'main'),
    field('tag', 'Tag', 'v1.0.0'),
    field('pull_request', 'Pull request number', '42'),
    field('environment', 'Environment', 'prod'),
    field('job_workflow_ref', 'Reusable workflow', 'octo-org/ci/.github/workflows/deploy.yml@refs/heads/main'),
    { ...field('use_immutable_subject', 'Immutable subject', ''), type: 'yes-no' },
  ],
  subject: 'repo:octo-org/octo-repo:ref:refs/heads/main',
};

const GITHUB_ACTIONS: Preset = {
  id: 'github-actions',
  title: 'GitHub Actions',
  verification: 'exact',
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://github.com/${repository_owner}',
  audienceForm: 'string',
  lifetime: 300,
  notBefore: -600,
  alg: 'RS256',
  header: ['typ', 'x5t', 'kid'],
  claims: CLAIMS,
  inputs: INPUTS,
  openClaims: [{ prefix: 'repo_property_', type: 'string' }],
  subjects: SUBJECTS,
  keys: { kid: 'certificate-sha1', x5c: true, x5t: true, decoys: [2048, 2048, 2048] },
  endpoints: { jwks_uri: '${issuer}/.well-known/jwks' },
  discovery: {
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    claims_supported: [
      ...[
        'sub',
        'aud',
        'exp',
        'iat',
        'iss',
        'jti',
        'nbf',
        'ref',
        'sha',
        'repository',
        'repository_id',
        'repository_owner',
      ],
      ...[
        'repository_owner_id',
        'run_id',
        'run_number',
        'run_attempt',
        'actor',
        'actor_id',
        'workflow',
        'workflow_ref',
      ],
      ...['workflow_sha', 'head_ref', 'base_ref', 'event_name', 'ref_type', 'ref_protected', 'environment'],
      ...['environment_node_id', 'job_workflow_ref', 'job_workflow_sha', 'repository_visibility', 'runner_environment'],
      ...['issuer_scope', 'enterprise', 'enterprise_id', 'check_run_id'],
    ],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  },
  delivery: 'GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=… with the bearer token $ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  protocols: [GITHUB_PROTOCOL],
  platform: GITHUB_PLATFORM,
  form: FORM,
  aws: { kind: 'accepted', clientId: 'sts.amazonaws.com' },
  unconfirmed: [
    'current nbf (iat-600 is from the documentation sample)',
    'whether the header still contains x5t',
    'newer keys with a UUID-like kid and no x5c',
    'order and membership of claims_supported',
    'job_workflow_ref equals workflow_ref outside reusable workflows, for every event',
  ],
  sources: [
    'https://docs.github.com/en/actions/reference/security/oidc',
    'https://docs.github.com/en/rest/actions/oidc?apiVersion=2026-03-10',
    'https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/',
  ],
};

const variant = (row: Pick<Preset, 'id' | 'title' | 'issuer' | 'parameters' | 'audience' | 'unconfirmed'>): Preset => ({
  ...GITHUB_ACTIONS,
  verification: 'unconfirmed',
  ...row,
});

export const GITHUB: readonly Preset[] = [
  { ...GITHUB_ACTIONS, starter: GITHUB_STARTER },
  variant({
    id: 'github-actions-enterprise',
    title: 'GitHub Actions, enterprise issuer',
    issuer: 'https://token.actions.githubusercontent.com/${enterpriseSlug}',
    parameters: { enterpriseSlug: 'octo-enterprise' },
    audience: 'https://github.com/${repository_owner}',
    unconfirmed: ['lifetime'],
  }),
  variant({
    id: 'github-actions-ghe-com',
    title: 'GitHub Actions on GHE.com',
    issuer: 'https://token.actions.${subdomain}.ghe.com',
    parameters: { subdomain: 'octocorp' },
    audience: 'https://${subdomain}.ghe.com/${repository_owner}',
    unconfirmed: ['lifetime', 'default audience'],
  }),
  variant({
    id: 'github-actions-ghes',
    title: 'GitHub Actions on GitHub Enterprise Server',
    issuer: 'https://${hostname}/_services/token',
    parameters: { hostname: 'ghes.example.com' },
    audience: 'https://${hostname}/${repository_owner}',
    unconfirmed: ['lifetime', 'default audience'],
  }),
  {
    ...GITHUB_ACTIONS,
    id: 'forgejo-actions',
    title: 'Forgejo Actions (Codeberg)',
    verification: 'unconfirmed',
    issuer: 'https://${instance}/api/actions',
    parameters: { instance: 'codeberg.org' },
    audience: null,
    keys: { kid: 'thumbprint' },
    header: ['typ', 'kid'],
    delivery: 'as GitHub Actions; the workflow sets enable-openid-connect: true',
    unconfirmed: [
      'algorithm',
      'lifetime',
      'claims and subject formats (modeled on GitHub)',
      'default audience',
      'discovery document',
    ],
    sources: [
      'https://github.com/aws-actions/configure-aws-credentials#readme',
      'https://forgejo.org/docs/next/user/actions/github-actions/',
    ],
  },
];
