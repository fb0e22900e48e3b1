/** Lessons from guides that are published with these very mistakes in them. */
import { settingOf } from '../model/workflow.ts';
import type { Lesson } from './lesson.ts';
import { clientIdsOf, provider } from './providers.ts';
import {
  ACCOUNT,
  AUDIENCE,
  branch,
  callers,
  elsewhere,
  GITHUB,
  github,
  githubTrust,
  part,
  trustPart,
} from './scene.ts';

const MAIN = `repo:octo-org/octo-repo:${branch('main')}`;
const EXISTING = `arn:aws:iam::${ACCOUNT}:role/github-actions-deploy`;

const workflow = (role: string): string => `jobs:
  deploy:
    runs-on: ubuntu-latest
    permissions:
      id-token: write
      contents: read
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: ${role}
          aws-region: eu-central-1
`;

const byName = callers({
  role: EXISTING,
  askedRole: ({ workflow: text = '' }) => settingOf(text, 'role-to-assume') ?? '',
  trust: githubTrust({ sub: MAIN }),
});
const byBranch = callers();
const byAudience = callers({
  clientIds: ({ provider: text }) => clientIdsOf(text),
  trust: githubTrust({ sub: MAIN }),
});

export const tutorials: readonly Lesson[] = [
  {
    id: 'role-name-one-letter',
    title: 'From a guide: one letter between two files',
    topic: 'Published guides',
    story:
      'The guide’s Terraform creates the role github-actions-deploy. Its workflow, two chapters later, assumes another one. AWS answers as if the trust policy had refused.',
    goal: 'Make the workflow assume the role that exists.',
    parts: [
      part(
        'workflow',
        '.github/workflows/deploy.yml',
        'workflow',
        workflow(`arn:aws:iam::${ACCOUNT}:role/github-action-deploy`),
        workflow(EXISTING),
      ),
    ],
    hints: [
      'AWS does not say whether a role exists; a missing one answers like a closed one.',
      'Terraform: name = "github-actions-deploy".',
    ],
    cases: [
      byName.enters('main of octo-org/octo-repo', github()),
      byName.staysOut('a pull request', github({ context: 'pull_request' })),
    ],
    moral: 'AccessDenied on AssumeRoleWithWebIdentity may also mean: there is no such role.',
  },
  {
    id: 'branch-that-pushes',
    title: 'From a guide: the branch that does not push',
    topic: 'Published guides',
    story: 'The guide’s policy trusts master. The repository was made last year, and its first branch is called main.',
    goal: 'Let the branch in that exists, and no other.',
    parts: [
      trustPart(githubTrust({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/master' }), githubTrust({ sub: MAIN })),
    ],
    hints: [
      'Which branch does the token name?',
      'Do not answer with refs/heads/*: anybody who can push a branch would come in.',
    ],
    cases: [
      byBranch.enters('main', github()),
      byBranch.staysOut('master, which anybody may push', github({ context: branch('master') })),
      byBranch.staysOut('feature/x', github({ context: branch('feature/x') })),
      ...elsewhere(byBranch.staysOut, 'main'),
    ],
    moral: 'A branch that is trusted and not protected is a door: whoever may create it comes in.',
  },
  {
    id: 'audience-as-a-url',
    title: 'From a guide: the audience with https://',
    topic: 'Published guides',
    story: 'The guide registers the audience https://sts.amazonaws.com. Its workflow asks for sts.amazonaws.com.',
    goal: 'Register the audience the workflow asks for.',
    parts: [
      part(
        'provider',
        'OIDC provider',
        'json',
        provider(GITHUB, 'https://sts.amazonaws.com'),
        provider(GITHUB, AUDIENCE),
      ),
    ],
    hints: ['An audience is a text like any other; with https:// in front it is another text.'],
    cases: [
      byAudience.enters('main, audience sts.amazonaws.com', github()),
      byAudience.staysOut(
        'main, audience https://sts.amazonaws.com',
        github({ audience: 'https://sts.amazonaws.com' }),
      ),
    ],
    moral: 'Audiences are compared letter by letter; they are names, not addresses.',
  },
];
