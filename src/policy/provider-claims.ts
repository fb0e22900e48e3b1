/**
 * Condition keys of OIDC providers, `<issuer>:<claim>`: which claims AWS exposes, and which it does not. Source: Service
 * Authorization Reference, list_sts; IAM User Guide, condition-keys-wif.
 */

/** Claims of every OIDC provider that AWS exposes as keys `<issuer>:…`. */
export const commonClaims: readonly string[] = ['aud', 'oaud', 'sub', 'amr', 'email'];

/** An identity provider with additional keys. `hosts` are prefixes of keys; see `hostMatches`. */
export interface ProviderClaims {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly claims: readonly string[];
  /** Claims of the token that AWS does not expose, with the closest exposed claim. */
  readonly hidden: ReadonlyMap<string, string | undefined>;
}

const provider = (
  name: string,
  hosts: readonly string[],
  claims: string,
  hidden: readonly (readonly [string, string | undefined])[] = [],
): ProviderClaims => ({ name, hosts, claims: claims.split(' '), hidden: new Map(hidden) });

export const providerClaims: readonly ProviderClaims[] = [
  provider(
    'GitHub',
    [
      'token.actions.githubusercontent.com',
      'token.actions.githubusercontent.com/',
      'token.actions.*.ghe.com',
      'github.com/enterprises/',
    ],
    'actor actor_id enterprise_id environment job_workflow_ref ref repository repository_id repository_owner_id workflow',
    [
      ['workflow_ref', 'job_workflow_ref'],
      ['repository_owner', 'repository_owner_id'],
      ['job_workflow_sha', 'job_workflow_ref'],
      ['workflow_sha', 'workflow'],
      ['event_name', undefined],
      ['ref_type', 'ref'],
      ['ref_protected', 'ref'],
      ['head_ref', 'ref'],
      ['base_ref', 'ref'],
      ['sha', 'ref'],
      ['repository_visibility', undefined],
      ['runner_environment', undefined],
      ['enterprise', 'enterprise_id'],
      ['environment_node_id', 'environment'],
      ['run_id', undefined],
      ['run_number', undefined],
      ['run_attempt', undefined],
    ],
  ),
  provider(
    'GitLab',
    ['gitlab.com'],
    'namespace_id pipeline_source project_id ref_protected runner_environment user_access_level user_email user_id user_login',
    [
      ['project_path', 'project_id'],
      ['namespace_path', 'namespace_id'],
      ['ref', 'sub'],
      ['ref_type', 'sub'],
      ['environment', 'sub'],
      ['ci_config_ref_uri', undefined],
    ],
  ),
  provider(
    'Buildkite',
    ['agent.buildkite.com', 'agent.*.buildkite.dev', 'agent.*.buildkite.site'],
    'build_branch cluster_id cluster_name organization_id organization_slug pipeline_id pipeline_slug',
    [
      ['step_key', 'sub'],
      ['build_number', undefined],
      ['build_commit', undefined],
    ],
  ),
  provider('Google', ['accounts.google.com'], 'google/organization_number', [
    ['hd', undefined],
    ['azp', 'aud'],
  ]),
  provider('CircleCI', ['oidc.circleci.com/org/'], 'oidc.circleci.com/project-id', [
    ['oidc.circleci.com/context-ids', undefined],
  ]),
  provider('Oracle Cloud', ['idcs-*.identity.oraclecloud.com'], 'rpst_id'),
  provider('Amazon', ['www.amazon.com'], 'app_id user_id'),
  provider('Facebook', ['graph.facebook.com'], 'app_id id'),
];

/**
 * The key, split into issuer and claim (`host/path:claim`, `host:port/path:claim`); undefined for keys of services. An issuer in
 * `registered` (without scheme) is recognized by its name; of others, the colon before a port does not end the issuer.
 */
export function issuerKey(
  name: string,
  registered: readonly string[] = [],
): { issuer: string; claim: string } | undefined {
  const bare = name.replace(/^https?:\/\//i, '');
  const lower = bare.toLowerCase();
  const known = registered.find(
    issuer => lower.startsWith(`${issuer.toLowerCase()}:`) && bare.length > issuer.length + 1,
  );
  if (known !== undefined) return { issuer: bare.slice(0, known.length), claim: bare.slice(known.length + 1) };
  const host = /^[^:/]*(?::\d{1,5}(?=[/:]))?/.exec(bare)?.[0] ?? '';
  const colon = bare.indexOf(':', host.length);
  return colon > 0 && (host.includes('.') || host.includes(':'))
    ? { issuer: bare.slice(0, colon), claim: bare.slice(colon + 1) }
    : undefined;
}

/** The row of the provider; undefined for providers without keys of their own. */
export const claimsOf = (issuer: string): ProviderClaims | undefined => {
  const lower = issuer.toLowerCase();
  return providerClaims.find(({ hosts }) => hosts.some(host => hostMatches(host, lower)));
};

/** A host that ends with `/` matches every path below it; a `*` matches any text without a slash. */
function hostMatches(host: string, issuer: string): boolean {
  if (host.endsWith('/')) return issuer.startsWith(host) && issuer.length > host.length;
  const star = host.indexOf('*');
  if (star === -1) return issuer === host;
  const head = host.slice(0, star);
  const tail = host.slice(star + 1);
  if (issuer.length <= head.length + tail.length || !issuer.startsWith(head) || !issuer.endsWith(tail)) return false;
  return !issuer.slice(head.length, issuer.length - tail.length).includes('/');
}

/** Claims of this issuer that AWS exposes as keys. */
export const exposedClaims = (issuer: string): readonly string[] => [
  ...commonClaims,
  ...(claimsOf(issuer)?.claims ?? []),
];
