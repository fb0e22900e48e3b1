/** How each platform hands a job its identity: the table of variables and files. */
import type { Issuers } from '../issuers.ts';
import type { JobEnvironment, JobRequest, Minted } from '../types.ts';
import { GITHUB_PATH, GITHUB_QUERY } from './github.ts';
import type { CiDeps } from './protocol.ts';

export interface JobDeps extends CiDeps {
  readonly issuers: Issuers;
}

/** One job while its environment is put together. */
interface Setting extends JobRequest {
  /** A token of the job for the audience asked for, or this one, or the issuer's own. */
  readonly token: (audience?: string) => Promise<Minted>;
  /** The job's own credential for asking. */
  readonly ticket: () => string;
  /** Address below the issuer. */
  readonly at: (path: string) => string;
  readonly file: (name: string) => string;
}

type Platform = (setting: Setting) => Promise<JobEnvironment>;

/** AWS's own name for its audience. */
const STS = 'sts.amazonaws.com';

const github: Platform = async job => ({
  variables: {
    ACTIONS_ID_TOKEN_REQUEST_URL: job.at(GITHUB_PATH) + GITHUB_QUERY,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.ticket(),
  },
  files: [],
});

/** A token in a variable of this name. */
const variable =
  (name: string, audience?: string): Platform =>
  async job => ({ variables: { [name]: (await job.token(audience)).token }, files: [] });

/** The file every AWS SDK reads; the kubelet writes it anew at 80 % of the lifetime. */
const webIdentityFile =
  (name: string): Platform =>
  async job => {
    const { token, claims } = await job.token();
    const path = job.file(name);
    const lifetime = Number(claims['exp']) - Number(claims['iat']);
    return {
      variables: { AWS_WEB_IDENTITY_TOKEN_FILE: path, AWS_STS_REGIONAL_ENDPOINTS: 'regional' },
      files: [{ path, content: token }],
      renewAfter: Math.max(1, Math.floor(lifetime * 0.8)),
    };
  };

/** By preset; the rest hand their token over in `OIDC_TOKEN` and in a web identity token file. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  'github-actions': github,
  'github-actions-enterprise': github,
  'github-actions-ghe-com': github,
  'github-actions-ghes': github,
  'forgejo-actions': github,
  'gitlab-ci': variable('GITLAB_OIDC_TOKEN'),
  'gitlab-ci-self-managed': variable('GITLAB_OIDC_TOKEN'),
  'eks-irsa': webIdentityFile('token'),
};

const otherwise: Platform = async job => {
  const {
    variables,
    files,
    renewAfter = 0,
  } = await webIdentityFile('token')({ ...job, token: audience => job.token(audience ?? STS) });
  return { variables: { ...variables, OIDC_TOKEN: files[0]?.content ?? '' }, files, renewAfter };
};

/** Throws IdpProblem as mint does. */
export function jobEnvironment(deps: JobDeps, request: JobRequest): Promise<JobEnvironment> {
  const { preset } = deps.issuers.hosted(request.issuer);
  const claims = request.claims ?? {};
  const platform = Object.hasOwn(PLATFORMS, preset.id) ? PLATFORMS[preset.id] : undefined;
  return (platform ?? otherwise)({
    ...request,
    token: fallback => {
      const audience = request.audience ?? fallback;
      return deps.mint({ issuer: request.issuer, claims, ...(audience === undefined ? {} : { audience }) });
    },
    ticket: () => deps.jobs.make({ issuerId: request.issuer, claims }),
    at: path => `${request.baseUrl}/idp/${request.issuer}${path}`,
    file: name => `${request.directory}/${name}`,
  });
}
