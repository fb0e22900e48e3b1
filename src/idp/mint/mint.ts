/** Mints a signed token from the preset, the request and the token defects. */
import { createHmac, createPublicKey, type KeyObject } from 'node:crypto';
import { MAX_AUDIENCES } from '../../config/mint-request.ts';
import type { Clock } from '../../kernel/clock.ts';
import { pointer } from '../../kernel/json.ts';
import { compactJws, signInput, signingInput } from '../../kernel/jws.ts';
import type { RandomSource } from '../../kernel/random.ts';
import { recordOf } from '../../kernel/table.ts';
import { IdpProblem } from '../idp-problem.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import type { Issuers } from '../issuers/issuer-registry.ts';
import { readMembers } from '../json.ts';
import type { SigningKey } from '../keys/published-keys.ts';
import type { Algorithm, JsonValue, Members, Minted, MintRequest } from '../types.ts';
import { readClaims, refuseIssuerConflict, refuseMisspelling, resolveClaims } from './claims.ts';
import { type Draft, parseDefects } from './token-defects.ts';

interface MintDeps {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly issuers: Issuers;
  /** A key of the algorithm that belongs to no issuer. */
  readonly unrelatedKey: (alg: Algorithm) => Promise<KeyObject>;
}

/** Mints the token of a request; throws IdpProblem with a JSON Pointer for what the issuer does not support. */
export async function mint(deps: MintDeps, request: MintRequest): Promise<Minted> {
  const issuer = deps.issuers.hosted(request.issuer);
  const { preset } = issuer;
  if (preset.token === 'opaque') {
    throw new IdpProblem('no-token', '/issuer', `${preset.title} issues opaque tokens, not JWTs: ${preset.delivery}`);
  }
  const { removeClaims = [], faults = [] } = request;
  const defects = parseDefects(faults);
  const given = readClaims(preset, request.claims ?? {}, '/claims');
  const headers = readHeaders(request.headers ?? {});
  refuseIssuerConflict(issuer, given);
  const now = deps.clock.now();
  const { audience, expiresIn } = request;
  // Requests of CI services and queries are not validated by the schema.
  if (Array.isArray(audience) && audience.length > MAX_AUDIENCES)
    throw new IdpProblem(
      'wrong-type',
      '/audience',
      `\`audience\` must be an array of at most ${MAX_AUDIENCES} strings`,
    );
  const claims = resolveClaims(issuer, { claims: given, audience, expiresIn }, now, deps.random);
  for (const [index, name] of removeClaims.entries()) {
    if (!claims.delete(name)) refuseMisspelling(preset, name, pointer('removeClaims', index));
  }
  const pending = deps.issuers.signer(issuer);
  const key = pending instanceof Promise ? await pending : pending;
  const draft: Draft = {
    claims,
    header: headerOf(issuer, key, headers),
    signature: 'key',
    now: Math.floor(now / 1000),
    hex: length =>
      deps.random
        .bytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    rewriteBeforeSigning: undefined,
    rewriteAfterSigning: undefined,
  };
  for (const defect of defects) defect.apply(draft);
  const isPlain = defects.length === 0 && Object.keys(headers).length === 0;
  return finish(deps, { issuer, key, draft, isPlain });
}

const MAX_HEADERS = 1000;

/** Reads header members after counting them, like claims. */
function readHeaders(given: Readonly<Record<string, unknown>>): Members {
  if (Object.keys(given).length > MAX_HEADERS)
    throw new IdpProblem('too-large', '/headers', `a token may have at most ${MAX_HEADERS} header members`);
  return readMembers(given, '/headers');
}

function headerOf(issuer: HostedIssuer, key: SigningKey, given: Members): Map<string, JsonValue> {
  const own: Readonly<Record<'typ' | 'kid' | 'x5t', JsonValue | undefined>> = {
    typ: 'JWT',
    kid: key.kid,
    x5t: key.x5t,
  };
  const header = new Map<string, JsonValue>([['alg', key.alg]]);
  for (const name of issuer.preset.header) {
    const value = own[name];
    if (value !== undefined) header.set(name, value);
  }
  for (const [name, value] of Object.entries(given)) header.set(name, value);
  return header;
}

async function finish(
  deps: MintDeps,
  { issuer, key, draft, isPlain }: { issuer: HostedIssuer; key: SigningKey; draft: Draft; isPlain: boolean },
): Promise<Minted> {
  const header = recordOf(draft.header);
  const plain = JSON.stringify(recordOf(draft.claims));
  const signed = draft.rewriteBeforeSigning?.(plain) ?? plain;
  const sent = draft.rewriteAfterSigning?.(signed) ?? signed;
  const token =
    isPlain && key.sign !== undefined
      ? await key.sign({ ...header, alg: key.alg }, plain)
      : await writeToken(deps, key, draft.signature, { header: JSON.stringify(header), signed, sent });
  const claims = recordOf(sent === plain ? draft.claims : Object.entries(JSON.parse(sent) as Members));
  return { token, header, claims, issuer: issuer.iss, expiresAt: expiry(claims['exp'], draft.now) };
}

/** Writes a token that jose does not: with a defect, with header members of the request, or with a small key. */
async function writeToken(
  deps: MintDeps,
  key: SigningKey,
  mode: Draft['signature'],
  { header, signed, sent }: { readonly header: string; readonly signed: string; readonly sent: string },
): Promise<string> {
  const signature = await SIGNATURES[mode](signingInput(header, signed), key, deps);
  return compactJws(signingInput(header, sent), signature);
}

/** Signature functions by mode. */
const SIGNATURES: Readonly<
  Record<Draft['signature'], (input: string, key: SigningKey, deps: MintDeps) => Promise<Buffer>>
> = {
  key: (input, key) => signInput(key.alg, key.privateKey, input),
  'other-key': async (input, key, deps) => signInput(key.alg, await deps.unrelatedKey(key.alg), input),
  altered: async (input, key) => flipBit(await signInput(key.alg, key.privateKey, input)),
  none: async () => Buffer.alloc(0),
  mac: async (input, key) => publicKeyMac(key, input),
};

/** HMAC of the algorithm confusion attack: the public key is used as the secret (RFC 8725 §2.1). */
function publicKeyMac({ privateKey }: SigningKey, input: string): Buffer {
  const secret = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' });
  return createHmac('sha256', secret).update(input).digest();
}

function flipBit(signature: Buffer): Buffer {
  signature[0] = (signature[0] ?? 0) ^ 0x01;
  return signature;
}

/** The time of `exp`; the current time if `exp` is missing or not a valid time. */
function expiry(exp: JsonValue | undefined, now: number): string {
  const seconds = typeof exp === 'number' && Math.abs(exp) < 8.64e12 ? exp : now;
  return new Date(seconds * 1000).toISOString();
}
