/**
 * Claims of certain issuers that AWS offers as condition keys while a role's trust is judged (since January 2026).
 * Source: Service Authorization Reference, list_sts. Any other claim is no condition key.
 */

interface ProviderClaimsRow {
  /** Whether the row is for an issuer, given as host and path without a scheme. */
  readonly matches: (issuer: string) => boolean;
  readonly claims: readonly string[];
}

const is = (host: string) => (issuer: string) => issuer === host;
const between = (head: string, tail: string) => (issuer: string) =>
  issuer.length > head.length + tail.length && issuer.startsWith(head) && issuer.endsWith(tail);
const under = (head: string) => (issuer: string) => issuer.startsWith(head) && !issuer.slice(head.length).includes('/');
const any =
  (...tests: readonly ((issuer: string) => boolean)[]) =>
  (issuer: string) =>
    tests.some(test => test(issuer));

export const providerClaims: readonly ProviderClaimsRow[] = [
  {
    matches: any(
      is('token.actions.githubusercontent.com'),
      under('token.actions.githubusercontent.com/'),
      between('token.actions.', '.ghe.com'),
      under('github.com/enterprises/'),
    ),
    claims: [
      'actor',
      'actor_id',
      'enterprise_id',
      'environment',
      'job_workflow_ref',
      'ref',
      'repository',
      'repository_id',
      'repository_owner_id',
      'workflow',
    ],
  },
  {
    matches: is('gitlab.com'),
    claims: [
      'namespace_id',
      'pipeline_source',
      'project_id',
      'ref_protected',
      'runner_environment',
      'user_access_level',
      'user_email',
      'user_id',
      'user_login',
    ],
  },
  {
    matches: any(is('agent.buildkite.com'), between('agent.', '.buildkite.dev'), between('agent.', '.buildkite.site')),
    claims: [
      'build_branch',
      'cluster_id',
      'cluster_name',
      'organization_id',
      'organization_slug',
      'pipeline_id',
      'pipeline_slug',
    ],
  },
  { matches: under('oidc.circleci.com/org/'), claims: ['oidc.circleci.com/project-id'] },
  { matches: between('idcs-', '.identity.oraclecloud.com'), claims: ['rpst_id'] },
  { matches: is('accounts.google.com'), claims: ['google/organization_number'] },
];

const found = new Map<string, readonly string[]>();
const REMEMBERED = 500;

/** The extra claims of an issuer (host and path without a scheme); empty for most. */
export function claimsOf(issuer: string): readonly string[] {
  let claims = found.get(issuer);
  if (claims === undefined) {
    claims = providerClaims.find(row => row.matches(issuer))?.claims ?? [];
    if (found.size < REMEMBERED) found.set(issuer, claims);
  }
  return claims;
}
