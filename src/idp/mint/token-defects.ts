/** The table of token defects: each makes a token invalid in one way; with the answer of AssumeRoleWithWebIdentity. */
import { pointer } from '../../kernel/json.ts';
import { rowsByName, toText } from '../../kernel/table.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import type { JsonValue } from '../types.ts';

/** How the signature is created; `none` and `mac` do not use the issuer's private key. */
type SignatureMode = 'key' | 'other-key' | 'none' | 'mac' | 'altered';

/** A token before it is signed; defects alter it. */
export interface Draft {
  readonly claims: Map<string, JsonValue>;
  readonly header: Map<string, JsonValue>;
  signature: SignatureMode;
  /** Time of the movable clock, in seconds. */
  readonly now: number;
  /** Random hexadecimal text of `length` characters. */
  readonly hex: (length: number) => string;
  /** Rewrites the JSON text of the payload: `writeSigned` before the token is signed, `writeSent` afterwards. */
  rewriteBeforeSigning: ((json: string) => string) | undefined;
  rewriteAfterSigning: ((json: string) => string) | undefined;
}

/** The answer of STS, with AWS's own texts (see the AssumeRoleWithWebIdentity API reference). */
interface StsAnswer {
  readonly status: number;
  /** `OK` if the token is accepted. */
  readonly code: string;
  /** The message, or its beginning. */
  readonly message: string;
  /** True if the text is not confirmed to be AWS's: it is from another implementation, or an assumption. */
  readonly unconfirmed?: true;
}

interface TokenDefect {
  readonly name: string;
  readonly description: string;
  readonly sts: StsAnswer;
  readonly apply: (draft: Draft) => void;
}

/** Offset of defects of time, in seconds: well beyond the 300 seconds that STS tolerates on iat, nbf and exp. */
const TIME_OFFSET = 3600;

const refused = (message: string): StsAnswer => ({ status: 400, code: 'InvalidIdentityToken', message });
const NOT_A_JWT = refused(
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
);
const NO_KEY = refused(
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
);
const GENERIC_REFUSAL = refused(
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
);
const BAD_TIME = refused('Invalid timestamp in token claims.');

const set =
  (name: string, value: JsonValue | ((draft: Draft) => JsonValue)) =>
  (draft: Draft): void => {
    draft.claims.set(name, typeof value === 'function' ? value(draft) : value);
  };

const without = (name: string): TokenDefect => ({
  name: `no-${name}`,
  description: `claim ${name} is missing`,
  sts: refused(`Missing a required claim: ${name}`),
  apply: draft => {
    draft.claims.delete(name);
  },
});

function first(value: JsonValue | undefined): string {
  const audience = Array.isArray(value) ? value[0] : value;
  return typeof audience === 'string' ? audience : 'first-audience';
}

export const TOKEN_DEFECTS: readonly TokenDefect[] = [
  {
    name: 'expired',
    description: 'exp is an hour in the past, iat two hours',
    sts: {
      status: 400,
      code: 'ExpiredTokenException',
      message: 'Token expired: current date/time {now-300} must be before the expiration date/time {exp}',
    },
    apply: ({ claims, now }) => {
      claims.set('iat', now - 2 * TIME_OFFSET);
      claims.set('exp', now - TIME_OFFSET);
      if (claims.has('nbf')) claims.set('nbf', now - 2 * TIME_OFFSET);
    },
  },
  {
    name: 'not-yet-valid',
    description: 'nbf is an hour in the future',
    sts: refused(
      'Token not yet valid: current date/time {now+300} must be after or equal to the not-before date/time {nbf}',
    ),
    apply: ({ claims, now }) => {
      claims.set('nbf', now + TIME_OFFSET);
      claims.set('exp', now + 2 * TIME_OFFSET);
    },
  },
  {
    name: 'issued-in-future',
    description: 'iat is an hour in the future',
    sts: refused('Token issued in the future: {iat}'),
    apply: ({ claims, now }) => {
      claims.set('iat', now + TIME_OFFSET);
      claims.set('exp', now + 2 * TIME_OFFSET);
      if (claims.has('nbf')) claims.set('nbf', now - 1);
    },
  },
  {
    name: 'wrong-audience',
    description: 'aud (and azp) is a client ID that is not registered',
    sts: GENERIC_REFUSAL,
    apply: ({ claims }) => {
      claims.set('aud', Array.isArray(claims.get('aud')) ? ['wrong-audience'] : 'wrong-audience');
      if (claims.has('azp')) claims.set('azp', 'wrong-audience');
    },
  },
  {
    name: 'wrong-issuer',
    description: 'iss is not the issuer whose key signs the token',
    sts: GENERIC_REFUSAL,
    apply: set('iss', 'https://wrong-issuer.example.test'),
  },
  {
    name: 'unknown-kid',
    description: "kid is not in the issuer's key set",
    sts: NO_KEY,
    apply: ({ header, hex }) => {
      header.set('kid', `unknown-${hex(16)}`);
    },
  },
  {
    name: 'no-kid',
    description: 'the header has no kid; accepted only if the issuer publishes a single key',
    sts: NO_KEY,
    apply: ({ header }) => {
      header.delete('kid');
    },
  },
  {
    name: 'wrong-key',
    description: 'the token is signed with a different key than kid identifies',
    sts: GENERIC_REFUSAL,
    apply: draft => {
      draft.signature = 'other-key';
    },
  },
  {
    name: 'tampered-signature',
    description: 'one bit of the signature is flipped',
    sts: GENERIC_REFUSAL,
    apply: draft => {
      draft.signature = 'altered';
    },
  },
  {
    name: 'tampered-payload',
    description: 'sub is changed after the token is signed',
    sts: GENERIC_REFUSAL,
    apply: draft => {
      draft.rewriteAfterSigning = json => {
        const claims = JSON.parse(json) as Record<string, JsonValue>;
        return JSON.stringify({ ...claims, sub: `${toText(claims['sub'])}-tampered` });
      };
    },
  },
  {
    name: 'alg-none',
    description: 'alg is none and the signature is empty (RFC 8725 §2.1)',
    sts: NOT_A_JWT,
    apply: draft => {
      draft.header.set('alg', 'none');
      draft.signature = 'none';
    },
  },
  {
    name: 'hs256-with-public-key',
    description: 'alg is HS256 and the secret is the published public key (RFC 8725 §2.1)',
    sts: NOT_A_JWT,
    apply: draft => {
      draft.header.set('alg', 'HS256');
      draft.signature = 'mac';
    },
  },
  {
    name: 'crit',
    description: 'crit lists an unknown extension (RFC 7515 §4.1.11)',
    sts: NOT_A_JWT,
    apply: ({ header }) => {
      header.set('crit', ['urn:example:unknown']);
      header.set('urn:example:unknown', true);
    },
  },
  ...['iss', 'sub', 'aud', 'iat', 'exp'].map(without),
  {
    name: 'null-sub',
    description: 'sub is JSON null',
    sts: {
      status: 500,
      code: 'InternalFailure',
      message: 'Unknown error validating third-party token',
      unconfirmed: true,
    },
    apply: set('sub', null),
  },
  {
    name: 'fractional-exp',
    description: 'exp is not an integer',
    sts: BAD_TIME,
    apply: set('exp', draft => draft.now + 600.5),
  },
  { name: 'null-iat', description: 'iat is JSON null', sts: BAD_TIME, apply: set('iat', null) },
  {
    name: 'two-audiences',
    description: 'aud has two values and there is no azp',
    sts: refused('Token audience contains more than one audience while authorized party is not present'),
    apply: ({ claims }) => {
      claims.set('aud', [first(claims.get('aud')), 'second-audience']);
      claims.delete('azp');
    },
  },
  {
    name: 'duplicate-claims',
    description: 'the payload contains sub twice; STS uses the last one (RFC 8259 §4 leaves it open)',
    sts: { status: 200, code: 'OK', message: 'the last member is used' },
    apply: draft => {
      draft.rewriteBeforeSigning = json => `{"sub":"the-first-of-two",${json.slice(1)}`;
    },
  },
  {
    name: 'oversized',
    description: 'the token is longer than the 20000 characters that STS accepts',
    sts: {
      status: 400,
      code: 'ValidationError',
      message:
        "at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000",
    },
    apply: set('padding', 'x'.repeat(20_000)),
  },
];

const DEFECT_BY_NAME: ReadonlyMap<string, TokenDefect> = rowsByName(
  TOKEN_DEFECTS.map(fault => [fault.name, fault]),
  'the table of token defects',
);

/** The defects with these names, in the order of the table; throws IdpProblem with the nearest name. */
export function parseDefects(names: readonly string[]): readonly TokenDefect[] {
  for (const [index, name] of names.entries()) {
    if (DEFECT_BY_NAME.has(name)) continue;
    const near = nearestName(name, DEFECT_BY_NAME.keys());
    throw new IdpProblem('unknown-fault', pointer('faults', index), `unknown token defect \`${name}\``, near);
  }
  return names.length === 0 ? [] : TOKEN_DEFECTS.filter(fault => names.includes(fault.name));
}
