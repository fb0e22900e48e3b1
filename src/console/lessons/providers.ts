/** Lessons on the OIDC provider (audience, ARN) and on issuers other than GitHub. */
import { prefixOf } from '../model/setup.ts';
import {
  ACCOUNT,
  AUDIENCE,
  branch,
  callers,
  GITHUB,
  github,
  githubTrust,
  json,
  otherRepositories,
  part,
  TIMES,
  trust,
  trustPart,
} from './fixtures.ts';
import type { Lesson, Texts } from './lesson.ts';

const MAIN = `repo:octo-org/octo-repo:${branch('main')}`;

/** The client IDs in a provider's JSON; none if the text is not valid. */
export function clientIdsOf(text: string | undefined): readonly string[] {
  try {
    const { ClientIDList: list } = JSON.parse(text ?? '') as { ClientIDList?: unknown };
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    // Incomplete JSON, while the user is typing: no client IDs.
    return [];
  }
}

export const provider = (url: string, ...clientIds: string[]): string => json({ Url: url, ClientIDList: clientIds });
const registeredClientIds = ({ provider: text }: Texts): readonly string[] => clientIdsOf(text);

const CLUSTER = 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E';
const GITLAB = 'https://gitlab.com';

const pod = (namespace: string, account: string) => ({
  iss: CLUSTER,
  aud: [AUDIENCE],
  sub: `system:serviceaccount:${namespace}:${account}`,
  ...TIMES,
});
const pipeline = (audience: string, ref = 'branch:ref:main', project = 'my-group/my-project') => ({
  iss: GITLAB,
  aud: audience,
  sub: `project_path:${project}:ref_type:${ref}`,
  ...TIMES,
});

const plain = callers();
const withProvider = callers({ clientIds: registeredClientIds, trust: githubTrust({ sub: MAIN }) });
const cluster = callers({ issuer: CLUSTER });
const gitlab = callers({ issuer: GITLAB, clientIds: registeredClientIds });
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
    problem:
      'The provider was created manually, with a GitHub URL as its client ID, as an old guide recommends. AWS rejects the token before it evaluates the trust policy.',
    goal: 'Make the provider accept tokens for the audience sts.amazonaws.com. Deny tokens for other audiences.',
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
      'The audience of the token must be one of the client IDs of the provider.',
      'configure-aws-credentials requests the audience sts.amazonaws.com.',
    ],
    cases: [
      withProvider.allows('main, audience sts.amazonaws.com', github()),
      withProvider.denies(
        'main, audience https://github.com/octo-org',
        github({ audience: 'https://github.com/octo-org' }),
      ),
      withProvider.denies('main, audience vault', github({ audience: 'vault' })),
    ],
    takeaway:
      'AWS checks the audience against the provider before it looks up the role. InvalidIdentityToken is an error of token or provider; AccessDenied is an error of the role.',
  },
  {
    id: 'wrong-provider-arn',
    title: 'A provider of another account',
    topic: 'Trust policies',
    problem:
      'The role was copied from the staging account, 111122223334. Its policy still trusts the provider of that account.',
    goal: 'Trust the GitHub provider of this account, 111122223333. Allow only main of octo-org/octo-repo.',
    parts: [
      trustPart(
        githubTrust({ sub: MAIN }).replace(`::${ACCOUNT}:oidc-provider`, '::111122223334:oidc-provider'),
        githubTrust({ sub: MAIN }),
      ),
    ],
    hints: ['Look at the account ID in the principal.', 'AWS always uses the provider in the account of the role.'],
    cases: [
      plain.allows('main of octo-org/octo-repo', github()),
      plain.denies('feature/x of octo-org/octo-repo', github({ context: branch('feature/x') })),
      ...otherRepositories(plain.denies, 'main'),
    ],
    takeaway: 'The provider ARN in Federated must be in the same account as the role.',
  },
  {
    id: 'irsa-service-account',
    title: 'The trust policy of a service account',
    topic: 'Kubernetes: IRSA',
    problem:
      'Pods with the service account uploader in the namespace media cannot assume their role. The condition key in the policy was copied from the cluster’s issuer URL.',
    goal: 'Allow media/uploader. Deny other service accounts of the cluster.',
    parts: [
      trustPart(
        clusterTrust(`${CLUSTER}:sub`, 'system:serviceaccount:default:uploader'),
        clusterTrust(`${prefixOf(CLUSTER)}:sub`, 'system:serviceaccount:media:uploader'),
      ),
    ],
    hints: [
      'The policy has two errors: a key and a value.',
      'Condition keys contain the issuer without https://.',
      'The subject is system:serviceaccount:NAMESPACE:NAME.',
    ],
    cases: [
      cluster.allows('media/uploader', pod('media', 'uploader')),
      cluster.denies('default/uploader', pod('default', 'uploader')),
      cluster.denies('media/default', pod('media', 'default')),
    ],
    takeaway:
      'Condition keys have no URL scheme. No request context contains a key that starts with https://, so the condition never matches.',
  },
  {
    id: 'gitlab-custom-audience',
    title: 'GitLab with a custom audience',
    topic: 'GitLab: aud',
    problem:
      'The pipeline requests an id_token with `aud: https://aws.example.com`. Provider and policy still have the default of GitLab, https://gitlab.com.',
    goal: 'Allow main of my-group/my-project, only with the new audience.',
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
    hints: [
      'AWS checks the audience twice: against the client IDs of the provider, and in the condition on gitlab.com:aud.',
    ],
    cases: [
      gitlab.allows('main, audience https://aws.example.com', pipeline('https://aws.example.com')),
      gitlab.denies('main, audience https://gitlab.com', pipeline('https://gitlab.com')),
      gitlab.denies('a tag named main', pipeline('https://aws.example.com', 'tag:ref:main')),
      gitlab.denies('a feature branch', pipeline('https://aws.example.com', 'branch:ref:feature')),
      gitlab.denies(
        'main of another project',
        pipeline('https://aws.example.com', undefined, 'my-group/another-project'),
      ),
      gitlab.denies('main of a fork', pipeline('https://aws.example.com', undefined, 'mallory/my-project')),
    ],
    takeaway:
      'A custom audience denies tokens that were issued for other services. Set it in three places: pipeline, provider and policy.',
  },
];
