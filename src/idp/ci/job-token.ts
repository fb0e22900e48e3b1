/** The job token, with which a running job requests its identity token; contains the job, so the server stores nothing. */
import { isSameSecret } from '../../kernel/authorization.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isObject } from '../../kernel/json.ts';
import type { Sealer } from '../../kernel/seal.ts';

interface Job {
  readonly issuerId: string;
  /** Claims of every token that the job requests. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface JobTokens {
  create(job: Job): string;
  /** The job of a valid, unexpired token for this issuer; else the reason for the refusal. */
  read(token: string, issuerId: string): { readonly job: Job } | { readonly refused: string };
}

const PURPOSE = 'ci-job-token';
/** Validity in seconds before and after now, as observed in a request token of GitHub. */
const SECONDS_BEFORE = 600;
const SECONDS_AFTER = 6 * 3600 + 600;
const MAX_LENGTH = 100_000;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Job tokens are JWTs, like the real ones, for clients that decode them; HS256 with a key derived from the instance secret. */
export function createJobTokens(sealer: Sealer, clock: Clock): JobTokens {
  const signature = (input: string): string => sealer.derive(PURPOSE, input).toString('base64url');
  return {
    create(job) {
      const now = Math.floor(clock.now() / 1000);
      const payload = {
        iss: 'rolecall',
        sub: job.issuerId,
        nbf: now - SECONDS_BEFORE,
        iat: now,
        exp: now + SECONDS_AFTER,
        job: job.claims,
      };
      const input = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(payload)}`;
      return `${input}.${signature(input)}`;
    },
    read(token, issuerId) {
      const parts = token.split('.');
      if (parts.length !== 3 || token.length > MAX_LENGTH)
        return { refused: 'the request token was not issued by this server' };
      if (!isSameSecret(parts[2] ?? '', signature(`${parts[0]}.${parts[1]}`)))
        return { refused: 'the request token was not issued by this server' };
      const payload: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
      const { sub, exp, job } = isObject(payload) ? payload : {};
      if (sub !== issuerId) return { refused: `the request token is for issuer ${String(sub)}` };
      if (typeof exp !== 'number' || exp * 1000 <= clock.now()) return { refused: 'the request token has expired' };
      return { job: { issuerId, claims: isObject(job) ? job : {} } };
    },
  };
}
