/** What a preset row is made of, and the small makers its claims are written with. */
import type { Algorithm, JsonValue, Members } from '../types.ts';

/** What is known about one token while it is made: claims, inputs and parameters under one name space. */
export interface Facts {
  /** Was it given by the caller or by the issuer's declaration? */
  given(name: string): boolean;
  /** What was given, before it is merged with the row's value. */
  asGiven(name: string): JsonValue | undefined;
  /** Given, else the row's value; undefined when absent. */
  value(name: string): JsonValue | undefined;
  /** The value as text; empty when absent. */
  text(name: string): string;
  /** Seconds since the epoch. */
  readonly iat: number;
  uuid(): string;
  /** So many characters of lower-case hex, from the dice. */
  hex(length: number): string;
}

export type Derive = (facts: Facts) => JsonValue | undefined;

/** The types a claim can have at its issuer; `any` is not checked. */
export type ClaimType = 'string' | 'number' | 'boolean' | 'strings' | 'object' | 'objects' | 'string or null' | 'any';

export interface ClaimRow {
  readonly name: string;
  readonly type: ClaimType;
  /** Undefined: absent unless given. */
  readonly value?: JsonValue | Derive;
  /** Of an optional claim: what it looks like. */
  readonly example?: JsonValue;
  /** The parameter of the iss that this claim repeats. */
  readonly partOfIss?: string;
  /** Its text, or each of its texts, is one of these names, or begins as a claim that the issuer forms at run time. */
  readonly names?: readonly string[];
}

/** Claims that mint itself fills in, from the row's issuer, subjects, audience, lifetime and habits. */
export type RegisteredClaim = 'iss' | 'sub' | 'aud' | 'iat' | 'nbf' | 'exp' | 'jti';

/** How a `sub` is formed; the first form that applies is taken. */
export interface SubjectForm {
  /** In words, for the documentation. */
  readonly when: string;
  /** Left out: applies always. */
  readonly applies?: (facts: Facts) => boolean;
  /** `${name}` is a fact; or a function where the form is itself configurable. */
  readonly form: string | ((facts: Facts) => string);
}

/** How a kid comes about; see key/forms.ts. */
export type KidForm = 'certificate-sha1' | 'thumbprint' | 'sha1-hex' | 'x5t' | 'uuid' | 'numbered' | 'fixed';

/** The shape of an issuer's key set. */
export interface KeyStyle {
  readonly kid: KidForm;
  /** The kid itself, for `fixed`. */
  readonly fixedKid?: string;
  /** Bits of the RSA key that signs; 2048 when left out. */
  readonly modulusLength?: number;
  readonly x5c?: boolean;
  readonly x5t?: boolean;
  /** Further algorithms a key of which is always published, for the issuer signs with them when asked. */
  readonly alsoPublished?: readonly Algorithm[];
  /** Bits of each further RSA key that is published although nothing is signed with it. */
  readonly decoys?: readonly number[];
}

/** A claim name that the issuer forms at run time (`repo_property_NAME`), and its type. */
export interface OpenClaims {
  readonly prefix: string;
  readonly type: ClaimType;
}

/** What AssumeRoleWithWebIdentity makes of the tokens. */
export type AwsUse =
  | { readonly kind: 'accepted'; readonly clientId: string }
  /** Built in to AWS: no IAM provider is registered. */
  | { readonly kind: 'built-in'; readonly federated: string }
  | { readonly kind: 'refused' | 'other-operation'; readonly why: string };

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** `exact`: tested against client or recorded shape; else a best reading of the facts. */
  readonly standing: 'exact' | 'unconfirmed';
  /** The iss; `${name}` is a parameter. */
  readonly issuer: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** `opaque`: what the issuer hands out is not a JWT. */
  readonly token?: 'jwt' | 'opaque';
  /** Default audience, `${name}` a fact; null when the client must name one. */
  readonly audience: string | null;
  /** `array`: always an array; `string`: one audience, always a string; `as-asked`: as the caller wrote it. */
  readonly audienceForm: 'string' | 'array' | 'as-asked';
  /** Seconds from iat to exp. */
  readonly lifetime: number | ((facts: Facts) => number);
  /** Seconds from iat to nbf; left out: no `nbf`. */
  readonly notBefore?: number;
  readonly alg: Algorithm;
  /** Header members beside `alg`, in their order. */
  readonly header: readonly ('typ' | 'kid' | 'x5t')[];
  /** In the order of the token. */
  readonly claims: readonly (ClaimRow | RegisteredClaim)[];
  /** Names that steer claims and are not claims themselves. */
  readonly inputs?: readonly ClaimRow[];
  readonly openClaims?: readonly OpenClaims[];
  /** Claims are not checked at all. */
  readonly free?: boolean;
  readonly subjects: readonly SubjectForm[];
  readonly keys: KeyStyle;
  /** Members of the discovery document that are addresses served here; `${issuer}` is the iss. None: no document. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** All other members of the document. */
  readonly discovery: Members;
  /** How a workload receives its token. */
  readonly delivery: string;
  readonly aws: AwsUse;
  /** What the facts leave open. */
  readonly unconfirmed: readonly string[];
  readonly sources: readonly string[];
}

const row =
  (type: ClaimType) =>
  (name: string, value?: JsonValue | Derive): ClaimRow =>
    value === undefined ? { name, type } : { name, type, value };

export const text = row('string');
export const number = row('number');
export const boolean = row('boolean');
export const strings = row('strings');
export const object = row('object');

/** A claim that is there only when given. */
export const optional = (name: string, example: JsonValue, type: ClaimType = 'string'): ClaimRow => ({
  name,
  type,
  example,
});

/** The text before, and after, the first occurrence of a mark; all of it, and nothing, when there is none. */
export function cut(whole: string, mark: string): readonly [string, string] {
  const at = whole.indexOf(mark);
  return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + mark.length)];
}

/** What follows a prefix; undefined when the text begins otherwise. */
export const after = (prefix: string, whole: string): string | undefined =>
  whole.startsWith(prefix) ? whole.slice(prefix.length) : undefined;

/** Fills `${name}` from a lookup; names are plain words, an unclosed hole stays as it is written. */
export function fill(template: string, lookup: (name: string) => string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const open = template.indexOf('${', at);
    const close = open < 0 ? -1 : template.indexOf('}', open);
    if (close < 0) return out + template.slice(at);
    out += template.slice(at, open) + lookup(template.slice(open + 2, close));
    at = close + 1;
  }
}

/** The values that make a template equal to a text; undefined when none do. Only the first at the start and the last hold a `/`. */
export function unfill(template: string, filled: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  let at = 0;
  let rest = template;
  for (;;) {
    const [literal, tail] = cut(rest, '${');
    if (!filled.startsWith(literal, at)) return undefined;
    at += literal.length;
    if (literal.length === rest.length) return at === filled.length ? values : undefined;
    const [name, behind] = cut(tail, '}');
    const next = cut(behind, '${')[0];
    const end = next === '' ? filled.length : filled.indexOf(next, at);
    const value = filled.slice(at, end);
    if (end < 0 || value === '' || (next !== '' && at > 0 && value.includes('/'))) return undefined;
    values.set(name, value);
    at = end;
    rest = behind;
  }
}
