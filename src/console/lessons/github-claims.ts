/** Lessons on other claims and condition keys of GitHub tokens, and on the job that requests a token. */
import { mayRequestToken, settingOf } from '../model/workflow.ts';
import {
  branch,
  callers,
  environment,
  github,
  githubTrust,
  otherRepositories,
  part,
  ROLE,
  trustPart,
} from './fixtures.ts';
import type { Lesson } from './lesson.ts';

const { allows, denies } = callers();
const MAIN = `repo:octo-org/octo-repo:${branch('main')}`;
const REUSABLE = 'octo-org/ci/.github/workflows/deploy.yml@refs/heads/main';

const workflow = (permissions: string): string => `name: deploy
on:
  push:
    branches: [main]
permissions:
${permissions}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: ${ROLE}
          aws-region: us-east-1
`;

const fromWorkflow = callers({ trust: githubTrust({ sub: MAIN }) });
const called = (ref: string, repository = 'octo-org/octo-repo') =>
  github({
    repository,
    more: { job_workflow_ref: ref, workflow_ref: `${repository}/.github/workflows/ci.yml@refs/heads/main` },
  });

export const githubClaims: readonly Lesson[] = [
  {
    id: 'id-token-write',
    title: 'Credentials could not be loaded',
    topic: 'GitHub: permissions',
    problem:
      'The job fails with “Credentials could not be loaded, please check your action inputs”. The role and its trust policy are correct, but the job does not request a token.',
    goal: 'Allow the job to request an OIDC token, and keep its current permissions.',
    parts: [
      part(
        'workflow',
        '.github/workflows/deploy.yml',
        'workflow',
        workflow('  contents: read'),
        workflow('  contents: read\n  id-token: write'),
      ),
    ],
    hints: [
      'Which entry of `permissions` makes GitHub provide a token request URL to the job?',
      'If a workflow has `permissions`, every permission that it does not list is removed. Keep contents: read.',
    ],
    cases: [
      fromWorkflow.allows('the job on main', ({ workflow: text = '' }) =>
        mayRequestToken(text) ? github() : undefined,
      ),
      {
        ...fromWorkflow.allows('the job can check out its code', ({ workflow: text = '' }) =>
          settingOf(text, 'contents') === 'read' || settingOf(text, 'permissions') === 'write-all'
            ? github()
            : undefined,
        ),
      },
      fromWorkflow.denies('a pull request that runs the same workflow', ({ workflow: text = '' }) =>
        mayRequestToken(text) ? github({ context: 'pull_request' }) : undefined,
      ),
    ],
    takeaway: 'Without `id-token: write` the job has no token, and AWS does not evaluate a trust policy.',
  },
  {
    id: 'job-workflow-ref',
    title: 'Allow only a reusable workflow',
    topic: 'GitHub: job_workflow_ref',
    problem:
      'Deployments must use the reusable workflow of octo-org/ci. The policy has a condition on workflow_ref, a claim that every token contains, but all callers are denied.',
    goal: 'Allow jobs of octo-org that run deploy.yml of octo-org/ci from its main branch. Deny all other workflows.',
    parts: [
      trustPart(
        githubTrust({ workflow_ref: REUSABLE }, { StringLike: { sub: 'repo:octo-org/*' } }),
        githubTrust({ job_workflow_ref: REUSABLE }, { StringLike: { sub: 'repo:octo-org/*' } }),
      ),
    ],
    hints: [
      'Not every claim is a condition key. AWS supports a fixed list of GitHub claims as keys, without workflow_ref.',
      'workflow_ref is the workflow that was triggered; job_workflow_ref is the workflow file that defines the job.',
    ],
    cases: [
      allows('octo-repo calls deploy.yml', called(REUSABLE)),
      denies('octo-repo runs its own workflow', called('octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main')),
      denies('octo-repo calls deploy.yml from a branch', called(REUSABLE.replace('heads/main', 'heads/try'))),
      denies('octo-repo calls another workflow of octo-org/ci', called(REUSABLE.replace('deploy.yml', 'check.yml'))),
      denies('octo-repo calls its own deploy.yml', called(REUSABLE.replace('octo-org/ci', 'octo-org/octo-repo'))),
      denies('mallory/x calls deploy.yml', called(REUSABLE, 'mallory/x')),
    ],
    takeaway:
      'A claim in the token is not always a condition key. AWS supports a short list of keys for GitHub, with job_workflow_ref.',
  },
  {
    id: 'for-all-values-absent',
    title: 'ForAllValues and an absent key',
    topic: 'Operators',
    problem:
      'The role is intended for the environment prod. An audit finds that jobs without an environment can also assume it.',
    goal: 'Allow jobs of octo-org/octo-repo with the environment prod. Deny jobs with a different environment or without one.',
    parts: [
      trustPart(
        githubTrust(
          {},
          {
            StringLike: { sub: 'repo:octo-org/octo-repo:*' },
            'ForAllValues:StringEquals': { environment: 'prod' },
          },
        ),
        githubTrust({ environment: 'prod' }, { StringLike: { sub: 'repo:octo-org/octo-repo:*' } }),
      ),
    ],
    hints: [
      'What does ForAllValues return for an absent key?',
      'environment is single-valued. It does not need a set operator.',
    ],
    cases: [
      allows('environment prod', github({ context: environment('prod'), more: { environment: 'prod' } })),
      denies('environment staging', github({ context: environment('staging'), more: { environment: 'staging' } })),
      denies('main, without an environment', github()),
      ...otherRepositories(denies, 'environment prod', { context: environment('prod'), more: { environment: 'prod' } }),
    ],
    takeaway:
      'ForAllValues returns true for an absent key. In an Allow statement, add a Null condition or, better, use an operator without a qualifier.',
  },
  {
    id: 'wrong-action',
    title: 'The wrong action',
    topic: 'Trust policies',
    problem: 'The policy was adapted from a cross-account trust policy. Principal and conditions are correct.',
    goal: 'Allow main of octo-org/octo-repo.',
    parts: [
      trustPart(
        githubTrust({ sub: MAIN }).replace('sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole'),
        githubTrust({ sub: MAIN }),
      ),
    ],
    hints: ['Which STS operation does a job with a token call?'],
    cases: [
      allows('main of octo-org/octo-repo', github()),
      denies('a pull request', github({ context: 'pull_request' })),
      denies('feature/x', github({ context: branch('feature/x') })),
      ...otherRepositories(denies, 'main'),
    ],
    takeaway:
      'sts:AssumeRole is for callers with AWS credentials. A caller with an OIDC token uses sts:AssumeRoleWithWebIdentity.',
  },
];
