/** Lessons on the subject of GitHub tokens: repository, branch, pull request, environment, and immutable subjects. */

import {
  branch,
  callers,
  environment,
  github,
  githubTrust,
  otherRepositories,
  PULL_REQUEST,
  trustPart,
} from './fixtures.ts';
import type { Lesson } from './lesson.ts';

const { allows, denies } = callers();
const MAIN = `repo:octo-org/octo-repo:${branch('main')}`;
const otherBranch = denies('feature/x of octo-org/octo-repo', github({ context: branch('feature/x') }));
const notMain = [otherBranch, ...otherRepositories(denies, 'main')];

export const githubSubjects: readonly Lesson[] = [
  {
    id: 'typo-in-the-repository',
    title: 'AccessDenied because of a typo',
    topic: 'GitHub: sub',
    problem:
      'The deployment of octo-org/octo-repo fails with AccessDenied. Three people have reviewed the trust policy and found no error.',
    goal: 'Allow jobs on main of octo-org/octo-repo. Deny all other callers.',
    parts: [trustPart(githubTrust({ sub: 'repo:octo-org/octo-rpeo:ref:refs/heads/main' }), githubTrust({ sub: MAIN }))],
    hints: [
      'Read the explanation of the denied case: it shows the value in the policy and the value in the token.',
      'Compare the repository names character by character.',
    ],
    cases: [allows('main of octo-org/octo-repo', github()), ...notMain],
    takeaway: 'StringEquals is an exact comparison. Compare subjects with a tool: typos are easy to overlook.',
  },
  {
    id: 'letter-case',
    title: 'Letter case in the owner name',
    topic: 'GitHub: sub',
    problem: 'The organization name in the policy was copied from a web page that spells it Octo-Org.',
    goal: 'Allow jobs on main of octo-org/octo-repo. Deny all other callers.',
    parts: [trustPart(githubTrust({ sub: 'repo:Octo-Org/octo-repo:ref:refs/heads/main' }), githubTrust({ sub: MAIN }))],
    hints: ['StringEquals and StringLike compare values case-sensitively.'],
    cases: [allows('main of octo-org/octo-repo', github()), ...notMain],
    takeaway: 'Condition keys are case-insensitive; the values in StringEquals and StringLike are case-sensitive.',
  },
  {
    id: 'pull-request-subject',
    title: 'The subject of a pull request',
    topic: 'GitHub: sub',
    problem:
      'Pull requests run `terraform plan` with a separate role. Its trust policy was copied from the deploy role, and every plan fails with AccessDenied.',
    goal: 'Allow pull requests of octo-org/octo-repo. Deny jobs on branches; they use a different role.',
    parts: [trustPart(githubTrust({ sub: MAIN }), githubTrust({ sub: `repo:octo-org/octo-repo:${PULL_REQUEST}` }))],
    hints: [
      'The subject of a pull request does not contain a branch.',
      'The subject is repo:OWNER/NAME:pull_request for every source branch.',
    ],
    cases: [
      allows('a pull request of octo-org/octo-repo', github({ context: PULL_REQUEST })),
      denies('main of octo-org/octo-repo', github()),
      ...otherRepositories(denies, 'a pull request', { context: PULL_REQUEST }),
    ],
    takeaway:
      'The last part of a subject is the environment if the job has one, else pull_request for a pull request, else the ref.',
  },
  {
    id: 'environment-subject',
    title: 'An environment changes the subject',
    topic: 'GitHub: environment',
    problem:
      'The job now has `environment: prod` with required reviewers. Since this change it cannot assume the role, although it still runs on main.',
    goal: 'Allow jobs with the environment prod. Deny all other jobs.',
    parts: [
      trustPart(githubTrust({ sub: MAIN }), githubTrust({ sub: `repo:octo-org/octo-repo:${environment('prod')}` })),
    ],
    hints: [
      'The subject of a job with an environment contains the environment instead of the branch.',
      'Do not allow all subjects of the repository: the environment staging must be denied.',
    ],
    cases: [
      allows('environment prod', github({ context: environment('prod') })),
      denies('environment staging', github({ context: environment('staging') })),
      denies('main, without an environment', github()),
      denies('a pull request', github({ context: PULL_REQUEST })),
      ...otherRepositories(denies, 'environment prod', { context: environment('prod') }),
    ],
    takeaway:
      'For a job with an environment the subject is repo:OWNER/NAME:environment:NAME. Add protection rules to the environment, and trust its subject.',
  },
  {
    id: 'wildcard-in-string-equals',
    title: 'A wildcard in StringEquals',
    topic: 'Operators',
    problem:
      'Release branches have names like release/1 and release/2. The policy has a wildcard for them, but all of them are denied.',
    goal: 'Allow every release branch of octo-org/octo-repo. Deny main and pull requests.',
    parts: [
      trustPart(
        githubTrust({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/release/*' }),
        githubTrust({}, { StringLike: { sub: 'repo:octo-org/octo-repo:ref:refs/heads/release/*' } }),
      ),
    ],
    hints: [
      'Which operators support * as a wildcard?',
      'Move the subject to a StringLike block. The audience can stay in StringEquals.',
    ],
    cases: [
      allows('release/1', github({ context: branch('release/1') })),
      allows('release/2026-03', github({ context: branch('release/2026-03') })),
      denies('main', github()),
      denies('feature/x', github({ context: branch('feature/x') })),
      denies('a pull request', github({ context: PULL_REQUEST })),
      ...otherRepositories(denies, 'release/1', { context: branch('release/1') }),
    ],
    takeaway: 'StringEquals compares * and ? literally. StringLike and ArnLike treat them as wildcards.',
  },
  {
    id: 'too-wide',
    title: 'A pattern that allows other organizations',
    topic: 'Wide patterns',
    problem:
      'A security scanner reports that callers outside the company can assume the role, although the policy names the company’s organization.',
    goal: 'Allow the main branch of every repository of octo-org. Deny owners with similar names.',
    parts: [
      trustPart(
        githubTrust({}, { StringLike: { sub: 'repo:octo-org*:ref:refs/heads/main' } }),
        githubTrust({}, { StringLike: { sub: 'repo:octo-org/*:ref:refs/heads/main' } }),
      ),
    ],
    hints: ['Anyone can create a GitHub organization named octo-org-fans.', 'Put a slash after the owner name.'],
    cases: [
      allows('main of octo-org/octo-repo', github()),
      allows('main of octo-org/another-repo', github({ repository: 'octo-org/another-repo' })),
      denies('main of octo-org-fans/pwn', github({ repository: 'octo-org-fans/pwn' })),
      otherBranch,
      denies('a pull request of octo-org/octo-repo', github({ context: PULL_REQUEST })),
    ],
    takeaway: 'The wildcard * also matches slashes and colons. Put a slash after the owner name, before any wildcard.',
  },
  {
    id: 'immutable-subjects',
    title: 'Immutable subjects',
    topic: 'GitHub: immutable subjects',
    problem:
      'New repositories have immutable subjects: the subject contains the IDs of owner and repository, so that nobody can reuse a deleted name. The old policy denies the new repository.',
    goal: 'Allow main of the new octo-org/octo-repo. Deny a later repository with the same name and a different ID.',
    parts: [
      trustPart(githubTrust({ sub: MAIN }), githubTrust({ sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main' })),
    ],
    hints: [
      'Look at the subject of the token: repo:OWNER@ID/NAME@ID:…',
      'Do not replace the IDs with wildcards: the IDs deny a new owner of the same name.',
    ],
    cases: [
      allows('main, owner 65, repository 74', github({ sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main' })),
      denies(
        'feature/x, owner 65, repository 74',
        github({ sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/feature/x' }),
      ),
      denies(
        'main of a new repository with the same name (ID 75)',
        github({ sub: 'repo:octo-org@65/octo-repo@75:ref:refs/heads/main' }),
      ),
      denies(
        'main of a new owner with the same name (ID 4711)',
        github({ sub: 'repo:octo-org@4711/octo-repo@74:ref:refs/heads/main' }),
      ),
    ],
    takeaway: 'Names can be reused, IDs cannot. A policy with IDs stays safe after an owner is renamed or deleted.',
  },
];
