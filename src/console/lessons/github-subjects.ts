/** Lessons on what GitHub says of a job: repository, branch, pull request, environment, and subjects that never change. */
import type { Lesson } from './lesson.ts';
import { branch, callers, elsewhere, environment, github, githubTrust, PULL_REQUEST, trustPart } from './scene.ts';

const { enters, staysOut } = callers();
const MAIN = `repo:octo-org/octo-repo:${branch('main')}`;
const otherBranch = staysOut('feature/x of octo-org/octo-repo', github({ context: branch('feature/x') }));
const notMain = [otherBranch, ...elsewhere(staysOut, 'main')];

export const githubSubjects: readonly Lesson[] = [
  {
    id: 'typo-in-the-repository',
    title: 'Not authorized, and everything looks right',
    topic: 'GitHub: sub',
    story:
      'The deployment of octo-org/octo-repo is refused with AccessDenied. Three people have read the trust policy and found nothing.',
    goal: 'Let jobs on main of octo-org/octo-repo in, and nobody else.',
    parts: [trustPart(githubTrust({ sub: 'repo:octo-org/octo-rpeo:ref:refs/heads/main' }), githubTrust({ sub: MAIN }))],
    hints: [
      'Read the refusal: it shows what the policy expects beside what the token says.',
      'Compare the repository letter by letter.',
    ],
    cases: [enters('main of octo-org/octo-repo', github()), ...notMain],
    moral: 'StringEquals is exact. When a subject is refused, compare it by machine: the eye corrects typing errors.',
  },
  {
    id: 'letter-case',
    title: 'The owner in capitals',
    topic: 'GitHub: sub',
    story: 'Someone copied the name of the organisation from its home page, where it is written Octo-Org.',
    goal: 'Let jobs on main of octo-org/octo-repo in, and nobody else.',
    parts: [trustPart(githubTrust({ sub: 'repo:Octo-Org/octo-repo:ref:refs/heads/main' }), githubTrust({ sub: MAIN }))],
    hints: ['The values of StringEquals and StringLike are compared with their letter case.'],
    cases: [enters('main of octo-org/octo-repo', github()), ...notMain],
    moral: 'Condition keys ignore letter case, their values do not.',
  },
  {
    id: 'pull-request-subject',
    title: 'The plan that may not plan',
    topic: 'GitHub: sub',
    story:
      'Pull requests run `terraform plan` with a role of their own. Its policy was copied from the deploy role, and every plan is refused.',
    goal: 'Let pull requests of octo-org/octo-repo in. Jobs on branches have another role and stay out.',
    parts: [trustPart(githubTrust({ sub: MAIN }), githubTrust({ sub: `repo:octo-org/octo-repo:${PULL_REQUEST}` }))],
    hints: [
      'The subject of a pull request has no branch in it.',
      'A pull request says repo:OWNER/NAME:pull_request, whatever branch it comes from.',
    ],
    cases: [
      enters('a pull request of octo-org/octo-repo', github({ context: PULL_REQUEST })),
      staysOut('main of octo-org/octo-repo', github()),
      ...elsewhere(staysOut, 'a pull request', { context: PULL_REQUEST }),
    ],
    moral:
      'The last part of a subject is the environment, or pull_request, or the ref: the first of these that the job has.',
  },
  {
    id: 'environment-subject',
    title: 'An environment changes the subject',
    topic: 'GitHub: environment',
    story:
      'Yesterday the job got `environment: prod`, with reviewers. Since then it cannot assume the role, although it still runs on main.',
    goal: 'Let jobs with the environment prod in, and no job without it.',
    parts: [
      trustPart(githubTrust({ sub: MAIN }), githubTrust({ sub: `repo:octo-org/octo-repo:${environment('prod')}` })),
    ],
    hints: [
      'A job with an environment has another subject: the branch is no longer in it.',
      'Do not widen the policy to all subjects of the repository: staging has to stay out.',
    ],
    cases: [
      enters('environment prod', github({ context: environment('prod') })),
      staysOut('environment staging', github({ context: environment('staging') })),
      staysOut('main, without an environment', github()),
      staysOut('a pull request', github({ context: PULL_REQUEST })),
      ...elsewhere(staysOut, 'environment prod', { context: environment('prod') }),
    ],
    moral:
      'With an environment the subject is repo:OWNER/NAME:environment:NAME. Protect the environment, and trust that.',
  },
  {
    id: 'wildcard-in-string-equals',
    title: 'A star that is only a star',
    topic: 'Operators',
    story:
      'Release branches are called release/1, release/2 and so on. The policy has a wildcard for them; none comes in.',
    goal: 'Let every release branch of octo-org/octo-repo in. main and pull requests stay out.',
    parts: [
      trustPart(
        githubTrust({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/release/*' }),
        githubTrust({}, { StringLike: { sub: 'repo:octo-org/octo-repo:ref:refs/heads/release/*' } }),
      ),
    ],
    hints: [
      'Which operators read * as a wildcard?',
      'Move the subject into a StringLike block of its own; the audience may stay where it is.',
    ],
    cases: [
      enters('release/1', github({ context: branch('release/1') })),
      enters('release/2026-03', github({ context: branch('release/2026-03') })),
      staysOut('main', github()),
      staysOut('feature/x', github({ context: branch('feature/x') })),
      staysOut('a pull request', github({ context: PULL_REQUEST })),
      ...elsewhere(staysOut, 'release/1', { context: branch('release/1') }),
    ],
    moral: 'StringEquals takes * and ? literally; StringLike and ArnLike do not.',
  },
  {
    id: 'too-wide',
    title: 'Everybody’s organisation',
    topic: 'Wide patterns',
    story:
      'A scanner reports the role: somebody outside the company can assume it. The policy seems to name the company.',
    goal: 'Let every repository of octo-org in on its main branch. Owners with similar names stay out.',
    parts: [
      trustPart(
        githubTrust({}, { StringLike: { sub: 'repo:octo-org*:ref:refs/heads/main' } }),
        githubTrust({}, { StringLike: { sub: 'repo:octo-org/*:ref:refs/heads/main' } }),
      ),
    ],
    hints: ['Anybody can create an owner called octo-org-fans.', 'End the name of the owner with a slash.'],
    cases: [
      enters('main of octo-org/octo-repo', github()),
      enters('main of octo-org/another-repo', github({ repository: 'octo-org/another-repo' })),
      staysOut('main of octo-org-fans/pwn', github({ repository: 'octo-org-fans/pwn' })),
      otherBranch,
      staysOut('a pull request of octo-org/octo-repo', github({ context: PULL_REQUEST })),
    ],
    moral: 'A * crosses slashes and colons. Close the owner with a slash before any wildcard.',
  },
  {
    id: 'immutable-subjects',
    title: 'The repository with numbers in its name',
    topic: 'GitHub: immutable subjects',
    story:
      'New repositories have immutable subjects: owner and repository carry their ids, so that a deleted name cannot be taken over. The old policy refuses the new repository.',
    goal: 'Let main of the new octo-org/octo-repo in. A later repository of the same name, with another id, stays out.',
    parts: [
      trustPart(githubTrust({ sub: MAIN }), githubTrust({ sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main' })),
    ],
    hints: [
      'Look at the subject the token has: repo:OWNER@ID/NAME@ID:…',
      'Do not replace the ids by wildcards; they are what keeps the next owner of the name out.',
    ],
    cases: [
      enters('main, owner 65, repository 74', github({ sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/main' })),
      staysOut('feature/x of the same', github({ sub: 'repo:octo-org@65/octo-repo@74:ref:refs/heads/feature/x' })),
      staysOut(
        'main of a new repository of that name (75)',
        github({ sub: 'repo:octo-org@65/octo-repo@75:ref:refs/heads/main' }),
      ),
      staysOut(
        'main, handed to a new owner of that name (4711)',
        github({ sub: 'repo:octo-org@4711/octo-repo@74:ref:refs/heads/main' }),
      ),
    ],
    moral: 'Names can be taken over, ids cannot. A policy with ids outlives a renamed or deleted owner.',
  },
];
