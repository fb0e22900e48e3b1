/** The token with which a running job asks for its identity: it carries the job, so that nothing is kept per job. */
import { isSameSecret } from '../../kernel/authorization.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/seal.ts';
import { isObject } from '../json.ts';

export interface Job {
  readonly issuerId: string;
  /** Claims of every token the job asks for. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface JobTokens {
  make(job: Job): string;
  /** The job of a token that is ours, in its time and for this issuer; else why not. */
  read(token: string, issuerId: string): { readonly job: Job } | { readonly refused: string };
}

const PURPOSE = 'ci-job-token';
/** As one of GitHub's was seen: ten minutes back, six hours and ten minutes ahead. */
const BACK = 600;
const AHEAD = 6 * 3600 + 600;
const LONGEST = 100_000;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT under HS256 with a sub-key of the instance secret: clients that look inside find a JWT, as with the real one. */
export function createJobTokens(sealer: Sealer, clock: Clock): JobTokens {
  const signature = (input: string): string => sealer.derive(PURPOSE, input).toString('base64url');
  return {
    make(job) {
      const now = Math.floor(clock.now() / 1000);
      const payload = {
        iss: 'rolecall',
        sub: job.issuerId,
        nbf: now - BACK,
        iat: now,
        exp: now + AHEAD,
        job: job.claims,
      };
      const input = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(payload)}`;
      return `${input}.${signature(input)}`;
    },
    read(token, issuerId) {
      const parts = token.split('.');
      if (parts.length !== 3 || token.length > LONGEST) return { refused: 'the request token is not one of ours' };
      if (!isSameSecret(parts[2] ?? '', signature(`${parts[0]}.${parts[1]}`)))
        return { refused: 'the request token is not one of ours' };
      const payload: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
      const { sub, exp, job } = isObject(payload) ? payload : {};
      if (sub !== issuerId) return { refused: `the request token is for ${String(sub)}` };
      if (typeof exp !== 'number' || exp * 1000 <= clock.now()) return { refused: 'the request token has expired' };
      return { job: { issuerId, claims: isObject(job) ? job : {} } };
    },
  };
}
