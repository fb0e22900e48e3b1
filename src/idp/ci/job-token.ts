/** The job token, with which a running job requests its identity token; contains the job, so the server stores nothing. */
import { isSameSecret } from '../../kernel/authorization.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isObject, type JsonLimits } from '../../kernel/json.ts';
import { compactJws, parseJws, readJsonObject, signingInput } from '../../kernel/jws.ts';
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
const LIMITS: JsonLimits = { size: 100_000, depth: 200, values: 100_000 };
const HEADER = JSON.stringify({ typ: 'JWT', alg: 'HS256' });

const textOf = (bytes: Buffer): string => bytes.toString('base64url');

/** Job tokens are JWTs, like the real ones, for clients that decode them; HS256 with a key derived from the instance secret. */
export function createJobTokens(sealer: Sealer, clock: Clock): JobTokens {
  const signatureOf = (input: string): Buffer => sealer.derive(PURPOSE, input);
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
      const input = signingInput(HEADER, JSON.stringify(payload));
      return compactJws(input, signatureOf(input));
    },
    read(token, issuerId) {
      const jws = token.length > LIMITS.size ? 'encoding' : parseJws(token, LIMITS);
      if (typeof jws === 'string' || !isSameSecret(textOf(jws.signature), textOf(signatureOf(jws.signed.toString()))))
        return { refused: 'the request token was not issued by this server' };
      const { sub, exp, job } = readJsonObject(jws.payload, LIMITS) ?? {};
      if (sub !== issuerId) return { refused: `the request token is for issuer ${String(sub)}` };
      if (typeof exp !== 'number' || exp * 1000 <= clock.now()) return { refused: 'the request token has expired' };
      return { job: { issuerId, claims: isObject(job) ? job : {} } };
    },
  };
}
