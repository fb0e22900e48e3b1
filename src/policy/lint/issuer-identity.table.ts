/**
 * The claims that say who calls, one row per issuer: which subjects belong to one owner, and which other claims do. A claim that every
 * owner's tokens can contain (an environment, a branch) says nothing about the owner.
 */
import { host, isCluster, isGithub } from '../issuer-subjects.table.ts';
import { canMatchSubject, subjectsOf } from '../issuer-subjects.ts';
import { claimsOf } from '../provider-claims.ts';
import { literalHead, type Narrow, notOnlyWildcards, whole } from './narrowing.ts';

export interface IssuerIdentity {
  /** Whether the claims are known; of others, each claim may say who calls. */
  readonly isKnown: boolean;
  readonly issues: (issuer: string) => boolean;
  /** Whether the subjects that match belong to one owner. */
  readonly subject: Narrow;
  /** Other claims that say who calls, with the test of a value. */
  readonly claims: ReadonlyMap<string, Narrow>;
  /** The finding for a subject that is not narrow: its code, and what the pattern matches. */
  readonly open?: {
    readonly code: 'any-repository' | 'any-service-account';
    readonly matches: string;
    readonly write: string;
  };
}

const claims = (wholeClaims: string, more: readonly (readonly [string, Narrow])[] = []): ReadonlyMap<string, Narrow> =>
  new Map([...wholeClaims.split(' ').map(name => [name, whole] as const), ...more]);

/** The text begins with `prefix` and a name without wildcards that `delimiter` ends. */
const ownedBy =
  (prefix: string, delimiter: string): Narrow =>
  pattern => {
    const head = literalHead(pattern);
    return head.startsWith(prefix) && head.indexOf(delimiter, prefix.length) > prefix.length;
  };

/** `key:value` pairs of GitHub's subjects that name the owner, in the default and in customized formats. */
const githubOwner: Narrow = pattern =>
  /(?:^|:)(?:(?:repo|repository|workflow_ref):[^*?:/]+\/|(?:repository_owner|repository_owner_id|repository_id|enterprise|enterprise_id):[^*?:]+(?::|$))/.test(
    pattern,
  );
/** `OWNER/NAME`: the owner has no wildcard. */
const ownedRepository: Narrow = pattern => /^[^*?/]+\//.test(pattern);

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const eitherOf =
  (...tests: readonly Narrow[]): Narrow =>
  pattern =>
    tests.some(test => test(pattern));

const owners = (resources: string, example: string): NonNullable<IssuerIdentity['open']> => ({
  code: 'any-repository',
  matches: `${resources} of owners that anyone can create`,
  write: `Name the owner, without wildcards: ${example}.`,
});

/** The namespace of a Kubernetes subject is whole: others may create one that only begins like it. */
const namespaced: Narrow = ownedBy('system:serviceaccount:', ':');

const KUBERNETES: IssuerIdentity = {
  isKnown: true,
  issues: isCluster,
  subject: namespaced,
  claims: new Map(),
  open: {
    code: 'any-service-account',
    matches: 'service accounts of namespaces that others can create',
    write: 'Write system:serviceaccount:NAMESPACE:NAME; the namespace has no wildcard.',
  },
};

const identities: readonly IssuerIdentity[] = (
  [
    {
      issues: isGithub,
      subject: githubOwner,
      claims: claims('repository_owner_id repository_id enterprise_id', [['repository', ownedRepository]]),
      open: owners('repositories', 'repo:OWNER/NAME:…'),
    },
    {
      issues: host('gitlab.com'),
      subject: ownedBy('project_path:', '/'),
      claims: claims('project_id namespace_id'),
      open: owners('projects', 'project_path:GROUP/PROJECT:…'),
    },
    {
      issues: host('app.terraform.io'),
      subject: ownedBy('organization:', ':'),
      claims: new Map(),
      open: owners('workspaces', 'organization:NAME:project:…'),
    },
    {
      issues: issuer => claimsOf(issuer)?.name === 'Buildkite',
      subject: eitherOf(ownedBy('organization:', ':'), pattern => uuid.test(pattern)),
      claims: claims('organization_id organization_slug pipeline_id cluster_id'),
      open: owners('pipelines', 'organization:SLUG:pipeline:…'),
    },
    {
      issues: host('scalr.io'),
      subject: ownedBy('account:', ':'),
      claims: new Map(),
      open: owners('workspaces', 'account:NAME:…'),
    },
    {
      issues: host('oidc.codefresh.io'),
      subject: ownedBy('account:', ':'),
      claims: new Map(),
      open: owners('pipelines', 'account:ID:…'),
    },
    {
      issues: host('proidc.upbound.io'),
      subject: ownedBy('mcp:', '/'),
      claims: new Map(),
      open: owners('control planes', 'mcp:ORGANIZATION/CONTROL_PLANE:…'),
    },
    {
      issues: host('oidc.vercel.com'),
      subject: ownedBy('owner:', ':'),
      claims: claims('aud'),
      open: owners('projects', 'owner:TEAM:project:…'),
    },
    {
      issues: host('api.pulumi.com/oidc'),
      subject: eitherOf(ownedBy('pulumi:deploy:org:', ':'), ownedBy('pulumi:environments:org:', ':')),
      claims: claims('aud'),
      open: owners('stacks', 'pulumi:deploy:org:NAME:…'),
    },
    {
      issues: host('oidc.circleci.com/org/'),
      subject: pattern => /(?:^|\/)project\/[^*?/]+(?:\/|$)/.test(pattern),
      claims: claims('oidc.circleci.com/project-id'),
    },
    KUBERNETES,
    // `aud` is the client that requested the token (`azp`); `oaud` is whatever audience the client asked for.
    {
      issues: host('accounts.google.com'),
      subject: whole,
      claims: claims('aud email google/organization_number'),
    },
    { issues: host('cognito-identity.amazonaws.com'), subject: whole, claims: claims('aud') },
    { issues: host('www.amazon.com'), subject: whole, claims: claims('app_id user_id') },
    { issues: host('graph.facebook.com'), subject: whole, claims: claims('app_id id') },
  ] satisfies readonly Omit<IssuerIdentity, 'isKnown'>[]
).map(row => ({ ...row, isKnown: true }));

const others: IssuerIdentity = {
  isKnown: false,
  issues: () => true,
  subject: pattern =>
    notOnlyWildcards(pattern.replace(/^[a-z]+:\/\//, '')) && (!pattern.startsWith('system:') || namespaced(pattern)),
  claims: new Map(),
};

/** The row of an issuer; of an unknown issuer, one whose subjects are narrow if they are not wildcards alone. */
export function identityOf(issuer: string): IssuerIdentity {
  const lower = issuer.toLowerCase();
  return identities.find(({ issues }) => issues(lower)) ?? others;
}

/** The row for a pattern of an issuer: service accounts of a Kubernetes cluster are recognized by their prefix. */
export const identityFor = (issuer: string, pattern: string): IssuerIdentity =>
  pattern.startsWith('system:serviceaccount') ? KUBERNETES : identityOf(issuer);

/** Whether the issuer makes no subject that the pattern matches. */
export function isDead(issuer: string, pattern: string): boolean {
  const subjects = subjectsOf(issuer);
  return subjects !== undefined && !canMatchSubject(pattern, true, subjects, true);
}

/** Whether the pattern has more than wildcards besides the literal text of the issuer's forms. */
function hasContent(issuer: string, pattern: string): boolean {
  const literals = (subjectsOf(issuer)?.forms ?? []).flatMap(({ template }) => template.split(/\{\w+\}/));
  const longestFirst = [...new Set(literals)].filter(text => text !== '').sort((a, b) => b.length - a.length);
  return notOnlyWildcards(longestFirst.reduce((rest, text) => rest.replaceAll(text, ' '), pattern));
}

/** Whether the subjects that match belong to one owner, or there are none. */
export const isSubjectNarrow = (issuer: string, pattern: string): boolean =>
  (identityFor(issuer, pattern).subject(pattern) && hasContent(issuer, pattern)) ||
  (subjectsOf(issuer) === undefined ? whole(pattern) : isDead(issuer, pattern));
