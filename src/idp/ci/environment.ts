/** The environment variables and files through which a job gets its identity, as its platform provides them. */
import { defined } from '../../kernel/defined.ts';
import type { Issuers } from '../issuers/issuer-registry.ts';
import { readClaims, refuseIssuerConflict } from '../mint/claims.ts';
import { awsAudience } from '../presets/row.ts';
import type { JobEnvironment, JobRequest } from '../types.ts';
import { variableAndFile } from './platform.ts';
import type { CiDeps } from './protocol.ts';

interface JobDeps extends CiDeps {
  readonly issuers: Issuers;
  /** Whether an admin token is set. */
  readonly isGuarded: boolean;
}

/** The audience that AWS's own guides use. */
const STS = 'sts.amazonaws.com';

/** A platform without its own row: the token in `OIDC_TOKEN`, and in a web identity token file. */
const genericPlatform = variableAndFile('OIDC_TOKEN', 'for-aws');

/** Creates the environment of a job. Throws IdpProblem like mint. */
export async function jobEnvironment(deps: JobDeps, request: JobRequest): Promise<JobEnvironment> {
  const issuer = deps.issuers.hosted(request.issuer);
  const { preset, iss, parameters } = issuer;
  // Validate the claims now: when the job requests its token, only the client in the job would see the error.
  const claims = readClaims(preset, request.claims ?? {}, '/claims');
  refuseIssuerConflict(issuer, claims);
  return (preset.platform ?? genericPlatform)({
    ...request,
    token: fallback => {
      const audience = request.audience ?? fallback;
      return deps.mint({ issuer: request.issuer, claims, ...defined({ audience }) });
    },
    awsAudience: awsAudience(preset, iss, parameters) ?? STS,
    jobToken: () => deps.jobs.create({ issuerId: request.issuer, claims }),
    at: path => `${request.baseUrl}/idp/${request.issuer}${path}`,
    file: name => `${request.directory}/${name}`,
    isOpen: issuer.open || !deps.isGuarded,
  });
}
