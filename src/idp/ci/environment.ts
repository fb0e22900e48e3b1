/** The environment variables and files through which each platform gives a job its identity. */
import { defined } from '../../kernel/defined.ts';
import { table, toNumber, toText } from '../../kernel/table.ts';
import { IdpProblem } from '../idp-problem.ts';
import type { Issuers } from '../issuers/issuer-registry.ts';
import { readClaims, refuseIssuerConflict } from '../mint/claims.ts';
import type { JobEnvironment, JobRequest, Minted } from '../types.ts';
import { AZURE_DEVOPS_PATH } from './azure-devops.ts';
import { GITHUB_PATH, GITHUB_QUERY } from './github-actions.ts';
import type { CiDeps } from './protocol.ts';

interface JobDeps extends CiDeps {
  readonly issuers: Issuers;
  /** Whether an admin token is set. */
  readonly isGuarded: boolean;
}

/** The job whose environment is created, with the functions that the platforms use. */
interface JobContext extends JobRequest {
  /** Mints a token of the job for the requested audience, else `audience`, else the issuer's default. */
  readonly token: (audience?: string) => Promise<Minted>;
  /** Creates the job token: the credential with which the job requests its identity token. */
  readonly jobToken: () => string;
  /** The URL of a path of the issuer. */
  readonly at: (path: string) => string;
  readonly file: (name: string) => string;
  /** Whether the issuer's endpoints mint without a job token. */
  readonly isOpen: boolean;
}

type Platform = (setting: JobContext) => Promise<JobEnvironment>;

/** The audience that AWS uses by default. */
const STS = 'sts.amazonaws.com';
/** Fraction of the lifetime after which the kubelet renews a token. */
const RENEWED_AT = 0.8;

const renewAfter = ({ claims }: Minted): number =>
  Math.max(1, Math.floor((toNumber(claims['exp']) - toNumber(claims['iat'])) * RENEWED_AT));

const github: Platform = async job => ({
  variables: {
    ACTIONS_ID_TOKEN_REQUEST_URL: job.at(GITHUB_PATH) + GITHUB_QUERY,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.jobToken(),
  },
  files: [],
});

const azureDevOps: Platform = async job => ({
  variables: { SYSTEM_OIDCREQUESTURI: job.at(AZURE_DEVOPS_PATH), SYSTEM_ACCESSTOKEN: job.jobToken() },
  files: [],
});

const buildkite: Platform = async job => ({
  variables: {
    BUILDKITE_AGENT_ENDPOINT: job.at(''),
    BUILDKITE_AGENT_ACCESS_TOKEN: job.jobToken(),
    BUILDKITE_JOB_ID: toText(job.claims?.['job_id'] ?? '0184990a-477b-4fa8-9968-496074483cee'),
  },
  files: [],
});

const google: Platform = async job => {
  if (Object.keys(job.claims ?? {}).length > 0) {
    const sentence =
      'clients find a metadata server by host name only, so a job cannot have its own claims; declare the claims with the issuer';
    throw new IdpProblem('unknown-member', '/claims', sentence);
  }
  if (!job.isOpen) {
    const sentence =
      'clients of a metadata server send no token, and an admin token is set: declare the issuer with "open": true';
    throw new IdpProblem('no-token', '/issuer', sentence);
  }
  const [, , host = ''] = job.baseUrl.split('/');
  return { variables: { GCE_METADATA_HOST: host, GCE_METADATA_IP: host }, files: [] };
};

/** A token in a variable with this name; the platform does not renew it. */
const variable =
  (name: string): Platform =>
  async job => ({ variables: { [name]: (await job.token()).token }, files: [] });

/** A token in a variable, and in the file of `AWS_WEB_IDENTITY_TOKEN_FILE` that the platform's guides use. */
const variableAndFile =
  (name: string, audience?: string): Platform =>
  async job => {
    const { token } = await job.token(audience);
    const path = job.file('token');
    return { variables: { [name]: token, AWS_WEB_IDENTITY_TOKEN_FILE: path }, files: [{ path, content: token }] };
  };

/** A file that the platform rewrites before its token expires. */
const renewedFile =
  (name: string, variables: (path: string) => Readonly<Record<string, string>>, audience?: string): Platform =>
  async job => {
    const made = await job.token(audience);
    const path = job.file(name);
    return { variables: variables(path), files: [{ path, content: made.token }], renewAfter: renewAfter(made) };
  };

const webIdentity = (path: string): Readonly<Record<string, string>> => ({ AWS_WEB_IDENTITY_TOKEN_FILE: path });
const irsa = renewedFile('token', path => ({ ...webIdentity(path), AWS_STS_REGIONAL_ENDPOINTS: 'regional' }), STS);

/** Platforms by preset. */
const PLATFORMS: Readonly<Record<string, Platform>> = table({
  'github-actions': github,
  'github-actions-enterprise': github,
  'github-actions-ghe-com': github,
  'github-actions-ghes': github,
  'forgejo-actions': github,
  'gitlab-ci': variableAndFile('GITLAB_OIDC_TOKEN'),
  'gitlab-ci-self-managed': variableAndFile('GITLAB_OIDC_TOKEN'),
  circleci: variable('CIRCLE_OIDC_TOKEN'),
  'circleci-v2': variable('CIRCLE_OIDC_TOKEN_V2'),
  'bitbucket-pipelines': variable('BITBUCKET_STEP_OIDC_TOKEN'),
  buildkite,
  'azure-devops': azureDevOps,
  'azure-devops-entra': azureDevOps,
  'hcp-terraform': variableAndFile('TFC_WORKLOAD_IDENTITY_TOKEN'),
  vercel: variable('VERCEL_OIDC_TOKEN'),
  'vercel-global': variable('VERCEL_OIDC_TOKEN'),
  spacelift: variableAndFile('SPACELIFT_OIDC_TOKEN'),
  fly: renewedFile('oidc_token', webIdentity, STS),
  'eks-irsa': irsa,
  'eks-pod-identity': renewedFile('eks-pod-identity-token', path => ({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path })),
  kubernetes: irsa,
  gke: irsa,
  aks: irsa,
  'google-compute-metadata': google,
});

/** Any other platform: the token in `OIDC_TOKEN`, and in a web identity token file. */
const genericPlatform = variableAndFile('OIDC_TOKEN', STS);

/** Creates the environment of a job. Throws IdpProblem like mint. */
export async function jobEnvironment(deps: JobDeps, request: JobRequest): Promise<JobEnvironment> {
  const issuer = deps.issuers.hosted(request.issuer);
  const { preset } = issuer;
  // Validate the claims now: when the job requests its token, only the client in the job would see the error.
  const claims = readClaims(preset, request.claims ?? {}, '/claims');
  refuseIssuerConflict(issuer, claims);
  return (PLATFORMS[preset.id] ?? genericPlatform)({
    ...request,
    token: fallback => {
      const audience = request.audience ?? fallback;
      return deps.mint({ issuer: request.issuer, claims, ...defined({ audience }) });
    },
    jobToken: () => deps.jobs.create({ issuerId: request.issuer, claims }),
    at: path => `${request.baseUrl}/idp/${request.issuer}${path}`,
    file: name => `${request.directory}/${name}`,
    isOpen: issuer.open || !deps.isGuarded,
  });
}
