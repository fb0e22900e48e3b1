/** Fixtures for lessons: an account, its providers and roles, trust policies, and token claims. */
import type { CallContext } from '../../policy/web-identity/context.ts';
import type { Claims } from '../api/types.ts';
import { evaluateWebIdentity } from '../model/local-decision.ts';
import { prefixOf, providerArn } from '../model/setup.ts';
import type { Case, Part, PartKind, Texts } from './lesson.ts';

export const ACCOUNT = '111122223333';
export const GITHUB = 'https://token.actions.githubusercontent.com';
export const AUDIENCE = 'sts.amazonaws.com';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;

export const json = (value: unknown): string => JSON.stringify(value, null, 2);

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface TrustElements {
  readonly principal?: unknown;
  readonly action?: string;
}

/** A trust policy with one statement. */
export const trust = (issuer: string, condition: Conditions, { principal, action }: TrustElements = {}): string =>
  json({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: principal ?? { Federated: providerArn(issuer, ACCOUNT) },
        Action: action ?? 'sts:AssumeRoleWithWebIdentity',
        Condition: condition,
      },
    ],
  });

/** A trust policy for GitHub, with a condition on the audience and the given `StringEquals` and other conditions. */
export const githubTrust = (
  equals: Readonly<Record<string, string | readonly string[]>>,
  more: Conditions = {},
): string =>
  trust(GITHUB, {
    StringEquals: { [`${prefixOf(GITHUB)}:aud`]: AUDIENCE, ...githubKeys(equals) },
    ...Object.fromEntries(Object.entries(more).map(([operator, keys]) => [operator, githubKeys(keys)])),
  });

const githubKeys = (keys: Readonly<Record<string, string | readonly string[]>>) =>
  Object.fromEntries(Object.entries(keys).map(([claim, value]) => [`${prefixOf(GITHUB)}:${claim}`, value]));

/** `iat` of the tokens: 2026-03-02T10:00:00Z. They are used at that time. */
const ISSUED_AT = 1_772_445_600;

/** Times of every token, in epoch seconds. */
export const TIMES = { iat: ISSUED_AT, exp: ISSUED_AT + 300 } as const;

/** The calls of the lessons arrive over TLS, from an address for documentation (RFC 5737). */
export const CALL: CallContext = {
  now: ISSUED_AT * 1000,
  isoTime: new Date(ISSUED_AT * 1000).toISOString(),
  region: 'us-east-1',
  secure: true,
  sourceIp: '203.0.113.10',
  userAgent: 'aws-cli',
};

interface Job {
  readonly repository?: string;
  /** The part of the subject after the repository. */
  readonly context?: string;
  readonly sub?: string;
  readonly audience?: string;
  readonly more?: Claims;
}

/** The claims of a GitHub Actions job. */
export function github({
  repository = 'octo-org/octo-repo',
  context = 'ref:refs/heads/main',
  sub,
  audience,
  more,
}: Job = {}): Claims {
  return {
    iss: GITHUB,
    aud: audience ?? AUDIENCE,
    sub: sub ?? `repo:${repository}:${context}`,
    repository,
    repository_owner_id: repository.startsWith('octo-org/') ? '65' : '4711',
    ref: context.startsWith('ref:') ? context.slice(4) : 'refs/heads/main',
    ...TIMES,
    ...more,
  };
}

export const branch = (name: string): string => `ref:refs/heads/${name}`;
export const PULL_REQUEST = 'pull_request';
export const environment = (name: string): string => `environment:${name}`;

interface CallerOptions {
  readonly issuer?: string;
  readonly clientIds?: (texts: Texts) => readonly string[];
  readonly role?: string;
  readonly requestedRole?: (texts: Texts) => string;
  /** ID of the part that holds the trust policy, or the policy itself. */
  readonly trust?: string;
}

/** Creates test cases for web identity callers with a fixed provider and role. */
export const callers = ({
  issuer = GITHUB,
  clientIds,
  role = ROLE,
  requestedRole,
  trust: part = 'trust',
}: CallerOptions = {}) => {
  const one =
    (expected: Case['expected']) =>
    (title: string, claims: Claims | ((texts: Texts) => Claims | undefined), sessionName = 'job'): Case => ({
      title,
      expected,
      decide: texts =>
        evaluateWebIdentity({
          claims: typeof claims === 'function' ? claims(texts) : claims,
          provider: {
            issuer,
            clientIds: clientIds?.(texts) ?? [AUDIENCE],
          },
          role,
          ...(requestedRole === undefined ? {} : { requestedRole: requestedRole(texts) }),
          trust: part in texts ? (texts[part] ?? '') : part,
          sessionName,
          call: CALL,
        }),
    });
  return { allows: one('allowed'), denies: one('denied') };
};

/** The same job in two other repositories: one of the same owner, and one with the same name of another owner. */
export const otherRepositories = (
  denies: (title: string, claims: Claims) => Case,
  title: string,
  job: Omit<Job, 'repository'> = {},
): readonly Case[] =>
  ['octo-org/another-repo', 'mallory/octo-repo'].map(repository =>
    denies(`${title} of ${repository}`, github({ ...job, repository })),
  );

export const part = (id: string, title: string, kind: PartKind, start: string, solution: string): Part => ({
  id,
  title,
  kind,
  start,
  solution,
});

export const trustPart = (start: string, solution: string): Part =>
  part('trust', 'Trust policy of the role deploy', 'trust', start, solution);
