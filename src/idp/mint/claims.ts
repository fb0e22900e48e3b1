/** The claims of one token: the given claims override the values of the preset, which may depend on other claims. */

import { isObject, pointer } from '../../kernel/json.ts';
import type { RandomSource } from '../../kernel/random.ts';
import { table, toText } from '../../kernel/table.ts';
import { editDistance } from '../../kernel/text.ts';
import { IdpProblem, nearestName } from '../idp-problem.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import { merge, readMembers } from '../json.ts';
import {
  awsAudience,
  type ClaimRow,
  type ClaimType,
  type Facts,
  fill,
  type Preset,
  type RegisteredClaim,
} from '../presets/row.ts';
import type { JsonValue, Members } from '../types.ts';

/** The check of each claim type, and its name in messages. */
const TYPES: Readonly<Record<ClaimType, { readonly label: string; readonly fits: (value: JsonValue) => boolean }>> =
  table({
    string: { label: 'a string', fits: value => typeof value === 'string' },
    number: { label: 'a number', fits: value => typeof value === 'number' },
    boolean: { label: 'true or false', fits: value => typeof value === 'boolean' },
    strings: {
      label: 'an array of strings',
      fits: value => Array.isArray(value) && value.every(item => typeof item === 'string'),
    },
    object: { label: 'an object', fits: isObject },
    objects: { label: 'an array of objects', fits: value => Array.isArray(value) && value.every(isObject) },
    'string or null': { label: 'a string or null', fits: value => value === null || typeof value === 'string' },
    any: { label: 'any JSON', fits: () => true },
  });

/** Claims that are allowed for every issuer (IANA JSON Web Token Claims, OIDC Core §5.1). */
const COMMON_CLAIMS = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'amr', 'acr', 'auth_time', 'nonce', 'email'],
  ...['email_verified', 'name', 'groups', 'roles', 'scope', 'client_id', 'act', 'sid', 'events', 'at_hash', 'c_hash'],
]);

/** Types of the registered claims, which every issuer has. */
const REGISTERED_TYPES: Readonly<Record<string, ClaimType>> = table({
  iss: 'string',
  sub: 'string',
  iat: 'number',
  nbf: 'number',
  exp: 'number',
  jti: 'string',
});

interface Row {
  readonly row: ClaimRow;
  /** True for a claim of the token, false for an input that only other claims depend on. */
  readonly isClaim: boolean;
}

/** Cache of a preset's rows by name. */
const rowsOf = new WeakMap<Preset, ReadonlyMap<string, Row>>();

function rows(preset: Preset): ReadonlyMap<string, Row> {
  let created = rowsOf.get(preset);
  if (created === undefined) {
    const all = new Map<string, Row>();
    for (const row of preset.inputs ?? []) all.set(row.name, { row, isClaim: false });
    for (const row of preset.claims) if (typeof row === 'object') all.set(row.name, { row, isClaim: true });
    created = all;
    rowsOf.set(preset, created);
  }
  return created;
}

/** All names that a preset knows: claims and inputs. */
export const knownNames = (preset: Preset): readonly string[] => [
  ...new Set([...rows(preset).keys(), ...preset.claims.filter(row => typeof row === 'string'), 'aud']),
];

function typeOf(preset: Preset, name: string): ClaimType | undefined {
  if (preset.free === true) return 'any';
  return (
    rows(preset).get(name)?.row.type ??
    REGISTERED_TYPES[name] ??
    preset.openClaims?.find(open => name.startsWith(open.prefix))?.type
  );
}

/** Maximum number of claims; each unknown claim is compared with all known names. */
const MAX_CLAIMS = 1000;

/** The type of a claim given as text: times are numbers even in presets without claim types. */
export const typeOfText = (preset: Preset, name: string): ClaimType =>
  REGISTERED_TYPES[name] ?? typeOf(preset, name) ?? 'any';

/** Reads claims of a request: checks their types, and refuses names that are probably misspelled. Throws IdpProblem. */
export function readClaims(preset: Preset, given: unknown, at: string): Members {
  // Count the claims first, so that a refusal is cheap.
  if (isObject(given) && Object.keys(given).length > MAX_CLAIMS)
    throw new IdpProblem('too-large', at, `a token may have at most ${MAX_CLAIMS} claims`);
  const claims = readMembers(given, at);
  for (const [name, value] of Object.entries(claims)) {
    const type = typeOf(preset, name);
    if (type === undefined) refuseMisspelling(preset, name, at + pointer(name));
    else if (!TYPES[type].fits(value)) {
      const example = exampleOf(preset, name);
      const sentence = `\`${name}\` must be ${TYPES[type].label} in tokens of ${preset.title}`;
      throw new IdpProblem('wrong-type', at + pointer(name), sentence, example);
    }
    refuseUnknownNames(preset, claims, name, at + pointer(name));
  }
  return claims;
}

/** Checks a claim whose value lists claim names (`include_claim_keys`): each must be known, or be among the given claims. */
function refuseUnknownNames(preset: Preset, claims: Members, name: string, at: string): void {
  const names = rows(preset).get(name)?.row.names;
  const value = claims[name];
  if (names === undefined) return;
  for (const [index, text] of [value].flat().map(toText).entries()) {
    const isOpen = preset.openClaims?.some(open => text.startsWith(open.prefix)) === true;
    if (names.includes(text) || isOpen || Object.hasOwn(claims, text)) continue;
    const place = Array.isArray(value) ? at + pointer(index) : at;
    const sentence = `\`${name}\` contains \`${text}\`, which is not a claim of ${preset.title}`;
    throw new IdpProblem('unknown-claim', place, sentence, nearestName(text, names));
  }
}

function exampleOf(preset: Preset, name: string): string | undefined {
  const row = rows(preset).get(name)?.row;
  const example = row?.example ?? (typeof row?.value === 'function' ? undefined : row?.value);
  return example === undefined ? undefined : JSON.stringify(example);
}

/** Refuses a claim that contradicts the iss, where the claim is part of the iss (CircleCI's organization). */
export function refuseIssuerConflict(issuer: HostedIssuer, claims: Members): void {
  for (const [name, value] of Object.entries(claims)) {
    const ownName = Object.hasOwn(issuer.parameters, name) ? name : undefined;
    const parameter = rows(issuer.preset).get(name)?.row.partOfIss ?? ownName;
    const expected = parameter === undefined ? undefined : issuer.parameters[parameter];
    if (parameter === undefined || expected === undefined || expected === value) continue;
    const sentence = `the claim must be ${expected}, as in the iss ${issuer.iss}; to use another value, declare an issuer with the parameter \`${parameter}\``;
    throw new IdpProblem('contradicts-issuer', pointer('claims', name), sentence, expected);
  }
}

/** Accepts an unknown name, unless it is probably a misspelled known name. Throws IdpProblem. */
export function refuseMisspelling(preset: Preset, name: string, at: string): void {
  if (preset.free === true || COMMON_CLAIMS.has(name) || name.length < 4) return;
  const known = knownNames(preset);
  const near = nearestName(name, known);
  if (near === undefined || known.includes(name)) return;
  const limit = Math.max(1, Math.floor(near.length / 5));
  if (editDistance(name.toLowerCase(), near.toLowerCase(), limit) > limit) return;
  throw new IdpProblem('unknown-claim', at, `${preset.title} has no claim \`${name}\``, near);
}

interface ClaimsRequest {
  /** Checked. */
  readonly claims: Members;
  readonly audience: string | readonly string[] | undefined;
  readonly expiresIn: number | undefined;
}

/** The facts of one token; each value is computed once, when it is first needed. */
class TokenFacts implements Facts {
  readonly iat: number;
  readonly #issuer: HostedIssuer;
  readonly #given: Members;
  readonly #random: RandomSource;
  readonly #found = new Map<string, JsonValue | undefined>();

  constructor(issuer: HostedIssuer, given: Members, iat: number, random: RandomSource) {
    this.#issuer = issuer;
    this.#given = given;
    this.iat = iat;
    this.#random = random;
    this.#found.set('iss', this.asGiven('iss') ?? issuer.iss);
  }

  given(name: string): boolean {
    return this.asGiven(name) !== undefined;
  }

  asGiven(name: string): JsonValue | undefined {
    return Object.hasOwn(this.#given, name) ? this.#given[name] : this.#issuer.claims[name];
  }

  value(name: string): JsonValue | undefined {
    if (this.#found.has(name)) return this.#found.get(name);
    const value = this.#find(name);
    this.#found.set(name, value);
    return value;
  }

  text(name: string): string {
    const value = this.value(name);
    if (value === undefined || value === null) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  uuid(): string {
    return this.#random.uuid();
  }

  hex(length: number): string {
    return this.#random
      .bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  }

  #find(name: string): JsonValue | undefined {
    const given = this.asGiven(name);
    const row = rows(this.#issuer.preset).get(name)?.row;
    if (given !== undefined && row?.type !== 'object') return given;
    const value = row?.value;
    const own = typeof value === 'function' ? value(this) : value;
    if (given !== undefined) return own === undefined ? given : merge(own, given);
    const { parameters } = this.#issuer;
    return own ?? (Object.hasOwn(parameters, name) ? parameters[name] : undefined);
  }
}

/** The claims in the order of the issuer's tokens, then unknown claims. `now` is in epoch milliseconds. */
export function resolveClaims(
  issuer: HostedIssuer,
  request: ClaimsRequest,
  now: number,
  random: RandomSource,
): Map<string, JsonValue> {
  const { preset } = issuer;
  const givenIat = request.claims['iat'] ?? issuer.claims['iat'];
  const iat = typeof givenIat === 'number' ? givenIat : Math.floor(now / 1000);
  const facts = new TokenFacts(issuer, request.claims, iat, random);
  const registered: Readonly<Record<Exclude<RegisteredClaim, 'aud'>, () => JsonValue | undefined>> = {
    iss: () => facts.value('iss'),
    sub: () => subject(preset, facts),
    iat: () => iat,
    nbf: () => (preset.notBefore === undefined ? undefined : iat + preset.notBefore),
    exp: () =>
      iat + (request.expiresIn ?? (typeof preset.lifetime === 'function' ? preset.lifetime(facts) : preset.lifetime)),
    jti: () => facts.uuid(),
  };
  const claims = new Map<string, JsonValue>();
  const set = (name: string, value: JsonValue | undefined): void => {
    if (value !== undefined) claims.set(name, value);
  };
  for (const row of preset.claims) {
    if (typeof row === 'object') set(row.name, facts.value(row.name));
    else if (row === 'aud') set('aud', audience(issuer, facts, request.audience));
    else set(row, facts.given(row) ? facts.asGiven(row) : registered[row]());
  }
  const knownRows = rows(preset);
  for (const name of [...Object.keys(issuer.claims), ...Object.keys(request.claims)]) {
    if (!claims.has(name) && knownRows.get(name)?.isClaim !== false) set(name, facts.asGiven(name));
  }
  return claims;
}

function subject(preset: Preset, facts: Facts): string {
  const form = preset.subjects.find(row => row.applies?.(facts) ?? true)?.form ?? '';
  return typeof form === 'string' ? fill(form, name => facts.text(name)) : form(facts);
}

function audience(issuer: HostedIssuer, facts: Facts, requested: string | readonly string[] | undefined): JsonValue {
  const { preset } = issuer;
  const value: JsonValue | undefined = requested ?? facts.asGiven('aud') ?? defaultAudience(preset, facts);
  if (value === undefined) {
    throw new IdpProblem(
      'missing-parameter',
      '/audience',
      `${preset.title} has no default audience; set \`audience\``,
      awsAudience(preset, issuer.iss, issuer.parameters),
    );
  }
  if (preset.audienceForm === 'as-requested' || preset.free === true) return value;
  if (preset.audienceForm === 'array') return Array.isArray(value) ? value : [value];
  if (!Array.isArray(value)) return value;
  if (value.length === 1) return value[0] ?? null;
  const sentence = `tokens of ${preset.title} have one audience; use the token defect two-audiences for a token with two`;
  throw new IdpProblem('wrong-type', '/audience', sentence);
}

const defaultAudience = (preset: Preset, facts: Facts): string | undefined =>
  preset.audience === null ? undefined : fill(preset.audience, name => facts.text(name));
