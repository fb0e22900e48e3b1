/** Lessons from mistakes in published guides. */
import { settingOf } from '../model/workflow.ts';
import {
  ACCOUNT,
  AUDIENCE,
  branch,
  callers,
  GITHUB,
  github,
  githubTrust,
  otherRepositories,
  part,
  trustPart,
} from './fixtures.ts';
import type { Lesson } from './lesson.ts';
import { clientIdsOf, provider } from './providers.ts';

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
  requestedRole: ({ workflow: text = '' }) => settingOf(text, 'role-to-assume') ?? '',
  trust: githubTrust({ sub: MAIN }),
});
const byBranch = callers();
const byAudience = callers({
  clientIds: ({ provider: text }) => clientIdsOf(text),
  trust: githubTrust({ sub: MAIN }),
});

export const publishedGuides: readonly Lesson[] = [
  {
    id: 'role-name-one-letter',
    title: 'From a guide: two spellings of a role name',
    topic: 'Published guides',
    problem:
      'The guide’s Terraform code creates the role github-actions-deploy. Its workflow, two chapters later, assumes a different role. AWS returns the same error as for a denial by the trust policy.',
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
      'AWS does not disclose whether a role exists: the error for a missing role is the same as for a denied call.',
      'Terraform: name = "github-actions-deploy".',
    ],
    cases: [
      byName.allows('main of octo-org/octo-repo', github()),
      byName.denies('a pull request', github({ context: 'pull_request' })),
    ],
    takeaway: 'AccessDenied on AssumeRoleWithWebIdentity can also mean that the role does not exist.',
  },
  {
    id: 'branch-that-pushes',
    title: 'From a guide: master instead of main',
    topic: 'Published guides',
    problem: 'The guide’s policy trusts the branch master. The default branch of the repository is main.',
    goal: 'Allow the branch that exists. Deny all other branches.',
    parts: [
      trustPart(githubTrust({ sub: 'repo:octo-org/octo-repo:ref:refs/heads/master' }), githubTrust({ sub: MAIN })),
    ],
    hints: [
      'Which branch is in the subject of the token?',
      'Do not use refs/heads/*: it allows everyone who can push a branch.',
    ],
    cases: [
      byBranch.allows('main', github()),
      byBranch.denies('master, which anyone with write access can create', github({ context: branch('master') })),
      byBranch.denies('feature/x', github({ context: branch('feature/x') })),
      ...otherRepositories(byBranch.denies, 'main'),
    ],
    takeaway: 'Protect every branch that you trust: otherwise everyone who can create the branch can assume the role.',
  },
  {
    id: 'audience-as-a-url',
    title: 'From a guide: an audience with https://',
    topic: 'Published guides',
    problem:
      'The guide registers the client ID https://sts.amazonaws.com. Its workflow requests the audience sts.amazonaws.com.',
    goal: 'Register the audience that the workflow requests.',
    parts: [
      part(
        'provider',
        'OIDC provider',
        'json',
        provider(GITHUB, 'https://sts.amazonaws.com'),
        provider(GITHUB, AUDIENCE),
      ),
    ],
    hints: ['AWS compares the audience as a plain string: the value with https:// is a different string.'],
    cases: [
      byAudience.allows('main, audience sts.amazonaws.com', github()),
      byAudience.denies('main, audience https://sts.amazonaws.com', github({ audience: 'https://sts.amazonaws.com' })),
    ],
    takeaway: 'AWS compares audiences character by character. An audience is an identifier, not a URL that AWS opens.',
  },
];
