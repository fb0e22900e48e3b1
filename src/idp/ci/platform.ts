/** How a platform gives a job its identity: the type of the function, and the functions that several platforms use. */
import { toNumber } from '../../kernel/table.ts';
import type { JobEnvironment, JobRequest, Minted } from '../types.ts';

/** The job whose environment is created, with the functions that the platforms use. */
interface JobContext extends JobRequest {
  /** Mints a token of the job for the requested audience, else `audience`, else the issuer's default. */
  readonly token: (audience?: string) => Promise<Minted>;
  /** The audience of tokens for AWS. */
  readonly awsAudience: string;
  /** Creates the job token: the credential with which the job requests its identity token. */
  readonly jobToken: () => string;
  /** The URL of a path of the issuer. */
  readonly at: (path: string) => string;
  readonly file: (name: string) => string;
  /** Whether the issuer's endpoints mint without a job token. */
  readonly isOpen: boolean;
}

export type JobPlatform = (job: JobContext) => Promise<JobEnvironment>;

/** Fraction of the lifetime after which the kubelet renews a token. */
const RENEWED_AT = 0.8;

const renewAfter = ({ claims }: Minted): number =>
  Math.max(1, Math.floor((toNumber(claims['exp']) - toNumber(claims['iat'])) * RENEWED_AT));

/** Variables with which the job requests its token; no token is minted yet. */
export const requestVariables =
  (variables: (job: JobContext) => Readonly<Record<string, string>>): JobPlatform =>
  async job => ({ variables: variables(job), files: [] });

/** A token in a variable with this name; the platform does not renew it. */
export const variable =
  (name: string): JobPlatform =>
  async job => ({ variables: { [name]: (await job.token()).token }, files: [] });

/** The audience of the tokens that a platform issues by default: that for AWS, or that of the preset. */
type DefaultAudience = 'for-aws' | 'own';

const mintFor = (job: JobContext, audience: DefaultAudience): Promise<Minted> =>
  job.token(audience === 'for-aws' ? job.awsAudience : undefined);

/** A token in a variable, and in the file of `AWS_WEB_IDENTITY_TOKEN_FILE` that the platform's guides use. */
export const variableAndFile =
  (name: string, audience: DefaultAudience = 'own'): JobPlatform =>
  async job => {
    const { token } = await mintFor(job, audience);
    const path = job.file('token');
    return { variables: { [name]: token, AWS_WEB_IDENTITY_TOKEN_FILE: path }, files: [{ path, content: token }] };
  };

/** A file that the platform rewrites before its token expires. */
export const renewedFile =
  (
    name: string,
    variables: (path: string) => Readonly<Record<string, string>>,
    audience: DefaultAudience = 'own',
  ): JobPlatform =>
  async job => {
    const made = await mintFor(job, audience);
    const path = job.file(name);
    return { variables: variables(path), files: [{ path, content: made.token }], renewAfter: renewAfter(made) };
  };

export const webIdentity = (path: string): Readonly<Record<string, string>> => ({ AWS_WEB_IDENTITY_TOKEN_FILE: path });
