/** Buildkite: the call of `buildkite-agent oidc request-token`, POST jobs/{id}/oidc/tokens with `Token …`, `{token}`. */
import { parseCredentials } from '../../kernel/authorization.ts';
import { defined } from '../../kernel/defined.ts';
import { toNumber, toText } from '../../kernel/table.ts';
import { type JobPlatform, requestVariables } from './platform.ts';
import { type CiProtocol, type CiReply, member, mintReply, textMember } from './protocol.ts';

/** Relative to $BUILDKITE_AGENT_ENDPOINT, as in the source of buildkite-agent. */
const BUILDKITE_PATH = '/jobs/:job/oidc/tokens';

const failure = (status: number, message: string): CiReply => ({ status, body: { message } });
const MAX_LIFETIME = 7200;

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];

export const BUILDKITE_PROTOCOL: CiProtocol = {
  method: 'POST',
  path: BUILDKITE_PATH,
  answer: async ({ issuerId, headers, body, path }, deps) => {
    const jobToken = parseCredentials(headers.authorization, 'token');
    if (jobToken === undefined) return failure(401, 'The request has no agent token');
    const read = deps.jobs.read(jobToken, issuerId);
    if ('refused' in read) return failure(401, `Unauthorized: ${read.refused}`);
    const lifetime = toNumber(member(body, 'lifetime') ?? 0);
    if (!Number.isInteger(lifetime) || lifetime < 0 || lifetime > MAX_LIFETIME) {
      return failure(422, `lifetime must be 0 to ${MAX_LIFETIME} seconds`);
    }
    const audience = textMember(body, 'audience');
    const subject = textMember(body, 'subject_claim');
    const include = texts(member(body, 'claims'));
    const tags = texts(member(body, 'aws_session_tags'));
    const claims = {
      job_id: path['job'] ?? '',
      ...(include.length === 0 ? {} : { include_claims: include }),
      ...(tags.length === 0 ? {} : { aws_session_tags: tags }),
      ...defined({ subject_claim: subject }),
      ...read.job.claims,
    };
    const request = {
      issuer: issuerId,
      claims,
      ...defined({ audience }),
      ...(lifetime === 0 ? {} : { expiresIn: lifetime }),
    };
    return mintReply(deps, request, ({ token }) => ({ status: 200, body: { token } }), failure);
  },
};

export const BUILDKITE_PLATFORM: JobPlatform = requestVariables(job => ({
  BUILDKITE_AGENT_ENDPOINT: job.at(''),
  BUILDKITE_AGENT_ACCESS_TOKEN: job.jobToken(),
  BUILDKITE_JOB_ID: toText(job.claims?.['job_id'] ?? '0184990a-477b-4fa8-9968-496074483cee'),
}));
