/** Lessons on the provider between token and role - its audience, its ARN - and on issuers other than GitHub. */
import { prefixOf } from '../model/setup.ts';
import type { Lesson, Texts } from './lesson.ts';
import {
  ACCOUNT,
  AUDIENCE,
  branch,
  callers,
  elsewhere,
  GITHUB,
  github,
  githubTrust,
  json,
  part,
  trust,
  trustPart,
} from './scene.ts';

const MAIN = `repo:octo-org/octo-repo:${branch('main')}`;

/** The client ids of a provider's JSON; a text that is not such JSON has none. */
export function clientIdsOf(text: string | undefined): readonly string[] {
  try {
    const { ClientIDList: list } = JSON.parse(text ?? '') as { ClientIDList?: unknown };
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    // Half-typed JSON registers nothing.
    return [];
  }
}

export const provider = (url: string, ...clientIds: string[]): string => json({ Url: url, ClientIDList: clientIds });
const registered = ({ provider: text }: Texts): readonly string[] => clientIdsOf(text);

const CLUSTER = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E';
const GITLAB = 'https://gitlab.com';

const pod = (namespace: string, account: string) => ({
  iss: CLUSTER,
  aud: [AUDIENCE],
  sub: `system:serviceaccount:${namespace}:${account}`,
  iat: 1_772_445_600,
});
const pipeline = (audience: string, ref = 'branch:ref:main', project = 'my-group/my-project') => ({
  iss: GITLAB,
  aud: audience,
  sub: `project_path:${project}:ref_type:${ref}`,
  iat: 1_772_445_600,
});

const plain = callers();
const withProvider = callers({ clientIds: registered, trust: githubTrust({ sub: MAIN }) });
const cluster = callers({ issuer: CLUSTER });
const gitlab = callers({ issuer: GITLAB, clientIds: registered });
const clusterTrust = (key: string, sub: string): string =>
  trust(CLUSTER, { StringEquals: { [`${prefixOf(CLUSTER)}:aud`]: AUDIENCE, [key]: sub } });
const gitlabTrust = (audience: string): string =>
  trust(GITLAB, {
    StringEquals: {
      'gitlab.com:aud': audience,
      'gitlab.com:sub': 'project_path:my-group/my-project:ref_type:branch:ref:main',
    },
  });

export const providers: readonly Lesson[] = [
  {
    id: 'missing-audience',
    title: 'Incorrect token audience',
    topic: 'Providers',
    story:
      'The provider was registered by hand, with the address of the repository as its audience, as an old guide said. The trust policy is never even read.',
    goal: 'Let tokens for sts.amazonaws.com through the provider. Tokens for other audiences stay out.',
    parts: [
      part(
        'provider',
        'OIDC provider',
        'json',
        provider(GITHUB, 'https://github.com/octo-org'),
        provider(GITHUB, AUDIENCE),
      ),
    ],
    hints: [
      'The audience of the token must be among the provider’s client ids.',
      'configure-aws-credentials asks for the audience sts.amazonaws.com.',
    ],
    cases: [
      withProvider.enters('main, audience sts.amazonaws.com', github()),
      withProvider.staysOut(
        'main, audience https://github.com/octo-org',
        github({ audience: 'https://github.com/octo-org' }),
      ),
      withProvider.staysOut('main, audience vault', github({ audience: 'vault' })),
    ],
    moral:
      'The provider checks the audience before any role is looked at. InvalidIdentityToken is about the provider, AccessDenied about the role.',
  },
  {
    id: 'wrong-provider-arn',
    title: 'A provider from next door',
    topic: 'Trust policies',
    story:
      'The role was copied from the staging account, 111122223334. Its policy still trusts the provider over there.',
    goal: 'Trust the GitHub provider of this account, 111122223333; main of octo-org/octo-repo alone comes in.',
    parts: [
      trustPart(
        githubTrust({ sub: MAIN }).replace(`::${ACCOUNT}:oidc-provider`, '::111122223334:oidc-provider'),
        githubTrust({ sub: MAIN }),
      ),
    ],
    hints: [
      'Look at the account number in the principal.',
      'A token always comes through the provider of the role’s own account.',
    ],
    cases: [
      plain.enters('main of octo-org/octo-repo', github()),
      plain.staysOut('feature/x of octo-org/octo-repo', github({ context: branch('feature/x') })),
      ...elsewhere(plain.staysOut, 'main'),
    ],
    moral: 'Federated names a provider ARN, and that ARN lies in the account of the role.',
  },
  {
    id: 'irsa-service-account',
    title: 'The pod without a role',
    topic: 'Kubernetes: IRSA',
    story:
      'The pods of the service account uploader in the namespace media cannot assume their role. The policy was written from the address of the cluster’s issuer.',
    goal: 'Let media/uploader in. Other service accounts of the cluster stay out.',
    parts: [
      trustPart(
        clusterTrust(`${CLUSTER}:sub`, 'system:serviceaccount:default:uploader'),
        clusterTrust(`${prefixOf(CLUSTER)}:sub`, 'system:serviceaccount:media:uploader'),
      ),
    ],
    hints: [
      'Two things are wrong: a key and a value.',
      'Condition keys name the issuer without https://.',
      'The subject is system:serviceaccount:NAMESPACE:NAME.',
    ],
    cases: [
      cluster.enters('media/uploader', pod('media', 'uploader')),
      cluster.staysOut('default/uploader', pod('default', 'uploader')),
      cluster.staysOut('media/default', pod('media', 'default')),
    ],
    moral:
      'Keys have no scheme. With https:// in front, the key is one that no request carries, and the policy matches nobody.',
  },
  {
    id: 'gitlab-custom-audience',
    title: 'GitLab and the audience of one’s own',
    topic: 'GitLab: aud',
    story:
      'The pipeline asks for an id_token with `aud: https://aws.example.com`. Provider and policy still have GitLab’s default, https://gitlab.com.',
    goal: 'Let main of my-group/my-project in with the new audience only.',
    parts: [
      part(
        'provider',
        'OIDC provider',
        'json',
        provider(GITLAB, 'https://gitlab.com'),
        provider(GITLAB, 'https://aws.example.com'),
      ),
      trustPart(gitlabTrust('https://gitlab.com'), gitlabTrust('https://aws.example.com')),
    ],
    hints: ['The audience is checked twice: by the provider, and by the condition on gitlab.com:aud.'],
    cases: [
      gitlab.enters('main, audience https://aws.example.com', pipeline('https://aws.example.com')),
      gitlab.staysOut('main, audience https://gitlab.com', pipeline('https://gitlab.com')),
      gitlab.staysOut('a tag that is called main', pipeline('https://aws.example.com', 'tag:ref:main')),
      gitlab.staysOut('a feature branch', pipeline('https://aws.example.com', 'branch:ref:feature')),
      gitlab.staysOut(
        'main of another project',
        pipeline('https://aws.example.com', undefined, 'my-group/another-project'),
      ),
      gitlab.staysOut('main of a fork', pipeline('https://aws.example.com', undefined, 'mallory/my-project')),
    ],
    moral:
      'An audience of one’s own keeps tokens for other services out. It stands in three places: pipeline, provider, policy.',
  },
];
