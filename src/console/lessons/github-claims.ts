/** Lessons on other claims and keys of GitHub's tokens, and on the job that asks for them. */
import { mayAskForToken, settingOf } from '../model/workflow.ts';
import type { Lesson } from './lesson.ts';
import { branch, callers, elsewhere, environment, github, githubTrust, part, ROLE, trustPart } from './scene.ts';

const { enters, staysOut } = callers();
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
    story:
      'The job ends with “Credentials could not be loaded, please check your action inputs”. The role and its policy are right; the job never asked for a token.',
    goal: 'Let the job ask for an OIDC token, without taking away what it may do now.',
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
      'What must `permissions` say for GitHub to hand the job a request URL for tokens?',
      'Once `permissions` is written, everything that is not named is taken away: keep contents: read.',
    ],
    cases: [
      fromWorkflow.enters('the job on main', ({ workflow: text = '' }) =>
        mayAskForToken(text) ? github() : undefined,
      ),
      {
        ...fromWorkflow.enters('the job can still check out its code', ({ workflow: text = '' }) =>
          settingOf(text, 'contents') === 'read' || settingOf(text, 'permissions') === 'write-all'
            ? github()
            : undefined,
        ),
      },
      fromWorkflow.staysOut('a pull request that runs the same file', ({ workflow: text = '' }) =>
        mayAskForToken(text) ? github({ context: 'pull_request' }) : undefined,
      ),
    ],
    moral: 'Without `id-token: write` there is no token, and so nothing that a trust policy could say.',
  },
  {
    id: 'job-workflow-ref',
    title: 'Only through the platform team’s workflow',
    topic: 'GitHub: job_workflow_ref',
    story:
      'Deployments must go through the reusable workflow of octo-org/ci. The policy asks for workflow_ref, which stands in every token, and yet nobody comes in.',
    goal: 'Let jobs of octo-org in that run octo-org/ci’s deploy.yml from its main branch. Other workflows stay out.',
    parts: [
      trustPart(
        githubTrust({ workflow_ref: REUSABLE }, { StringLike: { sub: 'repo:octo-org/*' } }),
        githubTrust({ job_workflow_ref: REUSABLE }, { StringLike: { sub: 'repo:octo-org/*' } }),
      ),
    ],
    hints: [
      'Not every claim is a condition key. AWS makes keys of a list of GitHub’s claims, and workflow_ref is not on it.',
      'workflow_ref names the file that was started; job_workflow_ref names the file the job is written in.',
    ],
    cases: [
      enters('octo-repo calls deploy.yml', called(REUSABLE)),
      staysOut(
        'octo-repo runs a workflow of its own',
        called('octo-org/octo-repo/.github/workflows/ci.yml@refs/heads/main'),
      ),
      staysOut('octo-repo calls deploy.yml from a branch', called(REUSABLE.replace('heads/main', 'heads/try'))),
      staysOut('octo-repo calls another workflow of octo-org/ci', called(REUSABLE.replace('deploy.yml', 'check.yml'))),
      staysOut(
        'octo-repo calls a deploy.yml of its own',
        called(REUSABLE.replace('octo-org/ci', 'octo-org/octo-repo')),
      ),
      staysOut('mallory/x calls deploy.yml', called(REUSABLE, 'mallory/x')),
    ],
    moral:
      'A claim in the token is not yet a key in the request. Keys for GitHub are a short list; job_workflow_ref is on it.',
  },
  {
    id: 'for-all-values-absent',
    title: 'True of nothing at all',
    topic: 'Operators',
    story:
      'The role is meant for the environment prod. An audit finds that jobs without any environment assume it as well.',
    goal: 'Let jobs of octo-org/octo-repo with the environment prod in. Jobs with another environment, or with none, stay out.',
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
      'What does ForAllValues say of a key that is not there?',
      'environment has one value. It needs no set operator at all.',
    ],
    cases: [
      enters('environment prod', github({ context: environment('prod'), more: { environment: 'prod' } })),
      staysOut('environment staging', github({ context: environment('staging'), more: { environment: 'staging' } })),
      staysOut('main, without an environment', github()),
      ...elsewhere(staysOut, 'environment prod', { context: environment('prod'), more: { environment: 'prod' } }),
    ],
    moral:
      'ForAllValues is true of no values. In an Allow it needs a Null condition beside it, or better: another operator.',
  },
  {
    id: 'wrong-action',
    title: 'The wrong kind of assuming',
    topic: 'Trust policies',
    story: 'The policy was adapted from one for another account. Principal and conditions are right.',
    goal: 'Let main of octo-org/octo-repo in.',
    parts: [
      trustPart(
        githubTrust({ sub: MAIN }).replace('sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole'),
        githubTrust({ sub: MAIN }),
      ),
    ],
    hints: ['Which call does a job with a token make?'],
    cases: [
      enters('main of octo-org/octo-repo', github()),
      staysOut('a pull request', github({ context: 'pull_request' })),
      staysOut('feature/x', github({ context: branch('feature/x') })),
      ...elsewhere(staysOut, 'main'),
    ],
    moral: 'sts:AssumeRole is for callers with AWS credentials. A web identity calls sts:AssumeRoleWithWebIdentity.',
  },
];
