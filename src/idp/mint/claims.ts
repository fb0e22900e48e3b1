/** The claims of one token: a preset's rows, laid under what was given, each following from the others. */

import type { RandomSource } from '../../kernel/random.ts';
import { shown, table } from '../../kernel/table.ts';
import { editDistance } from '../../kernel/text.ts';
import { IdpProblem, nearestName, pointer } from '../idp-problem.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import { isObject, merge, readMembers } from '../json.ts';
import { type ClaimRow, type ClaimType, type Facts, fill, type Preset, type RegisteredClaim } from '../presets/row.ts';
import type { JsonValue, Members } from '../types.ts';

/** What each type of claim takes, and how it is said. */
const TYPES: Readonly<Record<ClaimType, { readonly said: string; readonly fits: (value: JsonValue) => boolean }>> =
  table({
    string: { said: 'a string', fits: value => typeof value === 'string' },
    number: { said: 'a number', fits: value => typeof value === 'number' },
    boolean: { said: 'true or false', fits: value => typeof value === 'boolean' },
    strings: {
      said: 'an array of strings',
      fits: value => Array.isArray(value) && value.every(item => typeof item === 'string'),
    },
    object: { said: 'an object', fits: isObject },
    objects: { said: 'an array of objects', fits: value => Array.isArray(value) && value.every(isObject) },
    'string or null': { said: 'a string or null', fits: value => value === null || typeof value === 'string' },
    any: { said: 'any JSON', fits: () => true },
  });

/** Names every issuer may use, whether or not its row has them (IANA JSON Web Token Claims, OIDC Core §5.1). */
const COMMON_CLAIMS = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'amr', 'acr', 'auth_time', 'nonce', 'email'],
  ...['email_verified', 'name', 'groups', 'roles', 'scope', 'client_id', 'act', 'sid', 'events', 'at_hash', 'c_hash'],
]);

/** Type of the claims that are there whatever the row says. */
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
  /** Emitted, or only steering others. */
  readonly isClaim: boolean;
}

/** Rows of a preset by name, made once. */
const rowsOf = new WeakMap<Preset, ReadonlyMap<string, Row>>();

function rows(preset: Preset): ReadonlyMap<string, Row> {
  let made = rowsOf.get(preset);
  if (made === undefined) {
    const all = new Map<string, Row>();
    for (const row of preset.inputs ?? []) all.set(row.name, { row, isClaim: false });
    for (const row of preset.claims) if (typeof row === 'object') all.set(row.name, { row, isClaim: true });
    made = all;
    rowsOf.set(preset, made);
  }
  return made;
}

/** Every name a preset knows: claims and inputs. */
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

/** Each claim that a preset does not know is compared with all that it knows. */
const MOST_CLAIMS = 1000;

/** The type of a claim that is given as text: times are numbers even where anything goes. */
export const typeOfText = (preset: Preset, name: string): ClaimType =>
  REGISTERED_TYPES[name] ?? typeOf(preset, name) ?? 'any';

/** Reads claims from outside: their types, and names that are surely a slip of the pen. Throws IdpProblem. */
export function readClaims(preset: Preset, given: unknown, at: string): Members {
  // Counted first: reading them costs more than the refusal should.
  if (isObject(given) && Object.keys(given).length > MOST_CLAIMS)
    throw new IdpProblem('too-large', at, `a token has at most ${MOST_CLAIMS} claims here`);
  const claims = readMembers(given, at);
  for (const [name, value] of Object.entries(claims)) {
    const type = typeOf(preset, name);
    if (type === undefined) refuseTypo(preset, name, at + pointer(name));
    else if (!TYPES[type].fits(value)) {
      const example = exampleOf(preset, name);
      const sentence = `\`${name}\` is ${TYPES[type].said} at ${preset.title}`;
      throw new IdpProblem('wrong-type', at + pointer(name), sentence, example);
    }
    refuseUnknownNames(preset, claims, name, at + pointer(name));
  }
  return claims;
}

/** A claim whose value names others (`include_claim_keys`) names those that there are, or that were given beside it. */
function refuseUnknownNames(preset: Preset, claims: Members, name: string, at: string): void {
  const names = rows(preset).get(name)?.row.names;
  const value = claims[name];
  if (names === undefined) return;
  for (const [index, text] of [value].flat().map(shown).entries()) {
    const isOpen = preset.openClaims?.some(open => text.startsWith(open.prefix)) === true;
    if (names.includes(text) || isOpen || Object.hasOwn(claims, text)) continue;
    const place = Array.isArray(value) ? at + pointer(index) : at;
    const sentence = `\`${name}\` does not know \`${text}\` at ${preset.title}`;
    throw new IdpProblem('unknown-claim', place, sentence, nearestName(text, names));
  }
}

function exampleOf(preset: Preset, name: string): string | undefined {
  const row = rows(preset).get(name)?.row;
  const example = row?.example ?? (typeof row?.value === 'function' ? undefined : row?.value);
  return example === undefined ? undefined : JSON.stringify(example);
}

/** A claim that is part of the iss (CircleCI's organisation) cannot say something else than the iss does. */
export function refuseContradiction(issuer: HostedIssuer, claims: Members): void {
  for (const [name, value] of Object.entries(claims)) {
    const ownName = Object.hasOwn(issuer.parameters, name) ? name : undefined;
    const parameter = rows(issuer.preset).get(name)?.row.partOfIss ?? ownName;
    const said = parameter === undefined ? undefined : issuer.parameters[parameter];
    if (parameter === undefined || said === undefined || said === value) continue;
    const sentence = `the iss ${issuer.iss} says ${said}: declare an issuer with the parameter \`${parameter}\` instead`;
    throw new IdpProblem('contradicts-issuer', pointer('claims', name), sentence, said);
  }
}

/** An unknown name is taken as it is, unless it is a known one misspelt. */
export function refuseTypo(preset: Preset, name: string, at: string): void {
  if (preset.free === true || COMMON_CLAIMS.has(name) || name.length < 4) return;
  const known = knownNames(preset);
  const near = nearestName(name, known);
  if (near === undefined || known.includes(name)) return;
  const limit = Math.max(1, Math.floor(near.length / 5)) + 1;
  if (editDistance(name.toLowerCase(), near.toLowerCase(), limit) >= limit) return;
  throw new IdpProblem('unknown-claim', at, `${preset.title} has no claim \`${name}\``, near);
}

export interface ClaimsRequest {
  /** Checked. */
  readonly claims: Members;
  readonly audience: string | readonly string[] | undefined;
  readonly expiresIn: number | undefined;
}

/** The facts of one token; each value is found once, when it is first asked for. */
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

/** The claims in the order of the issuer's tokens, then those it does not know. `now` is in epoch milliseconds. */
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
  const steering = rows(preset);
  for (const name of [...Object.keys(issuer.claims), ...Object.keys(request.claims)]) {
    if (!claims.has(name) && steering.get(name)?.isClaim !== false) set(name, facts.asGiven(name));
  }
  return claims;
}

function subject(preset: Preset, facts: Facts): string {
  const form = preset.subjects.find(row => row.applies?.(facts) ?? true)?.form ?? '';
  return typeof form === 'string' ? fill(form, name => facts.text(name)) : form(facts);
}

function audience(issuer: HostedIssuer, facts: Facts, asked: string | readonly string[] | undefined): JsonValue {
  const { preset } = issuer;
  const wanted: JsonValue | undefined = asked ?? facts.asGiven('aud') ?? defaultAudience(preset, facts);
  if (wanted === undefined) {
    throw new IdpProblem(
      'missing-parameter',
      '/audience',
      `${preset.title} has no default audience`,
      preset.aws.kind === 'accepted' ? preset.aws.clientId : undefined,
    );
  }
  if (preset.audienceForm === 'as-asked' || preset.free === true) return wanted;
  if (preset.audienceForm === 'array') return Array.isArray(wanted) ? wanted : [wanted];
  if (!Array.isArray(wanted)) return wanted;
  if (wanted.length === 1) return wanted[0] ?? null;
  const sentence = `${preset.title} gives a token one audience; the fault two-audiences makes one with two`;
  throw new IdpProblem('wrong-type', '/audience', sentence);
}

const defaultAudience = (preset: Preset, facts: Facts): string | undefined =>
  preset.audience === null ? undefined : fill(preset.audience, name => facts.text(name));
