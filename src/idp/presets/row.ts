/** The types of a preset row, and the functions that create its claim rows. */
import type { IncomingMessage } from 'node:http';
import type { JobPlatform } from '../ci/platform.ts';
import type { CiProtocol } from '../ci/protocol.ts';
import type { Algorithm, JsonValue, Members, TokenField, TokenForm } from '../types.ts';

/** The values of one token while it is created: claims, inputs and parameters in one namespace. */
export interface Facts {
  /** Whether the mint request or the issuer's declaration gives the value. */
  given(name: string): boolean;
  /** The given value, before it is merged with the row's value. */
  asGiven(name: string): JsonValue | undefined;
  /** The given value, else the row's value; undefined if absent. */
  value(name: string): JsonValue | undefined;
  /** The value as text; empty if absent. */
  text(name: string): string;
  /** Epoch seconds. */
  readonly iat: number;
  uuid(): string;
  /** Random lower-case hexadecimal text of `length` characters. */
  hex(length: number): string;
}

type Derive = (facts: Facts) => JsonValue | undefined;

/** The types that a claim can have; `any` is not checked. */
export type ClaimType = 'string' | 'number' | 'boolean' | 'strings' | 'object' | 'objects' | 'string or null' | 'any';

export interface ClaimRow {
  readonly name: string;
  readonly type: ClaimType;
  /** Default value; undefined: the claim is absent unless given. */
  readonly value?: JsonValue | Derive;
  /** Example value of an optional claim. */
  readonly example?: JsonValue;
  /** The parameter of the iss whose value this claim repeats. */
  readonly partOfIss?: string;
  /** For a claim that lists claim names: the allowed names, in addition to those of `openClaims`. */
  readonly names?: readonly string[];
}

/** Claims that mint sets, from the preset's issuer, subjects, audience, lifetime and notBefore. */
export type RegisteredClaim = 'iss' | 'sub' | 'aud' | 'iat' | 'nbf' | 'exp' | 'jti';

/** A format of `sub`; the first one that applies is used. */
export interface SubjectForm {
  /** When it applies, in words, for the documentation. */
  readonly when: string;
  /** Absent: always applies. */
  readonly applies?: (facts: Facts) => boolean;
  /** A template, where `${name}` is a fact; or a function if the format is configurable. */
  readonly form: string | ((facts: Facts) => string);
}

/** How a kid is computed; see keys/formats.ts. */
export type KidFormat = 'certificate-sha1' | 'thumbprint' | 'sha1-hex' | 'x5t' | 'uuid' | 'numbered' | 'fixed';

/** The format of an issuer's key set. */
export interface KeyStyle {
  readonly kid: KidFormat;
  /** The kid, for `fixed`. */
  readonly fixedKid?: string;
  /** Size of the RSA signing key in bits; default 2048. */
  readonly modulusLength?: number;
  readonly x5c?: boolean;
  readonly x5t?: boolean;
  /** Additional algorithms whose keys are always published, because the issuer signs with them on request. */
  readonly alsoPublished?: readonly Algorithm[];
  /** Sizes in bits of additional RSA keys that are published but never sign. */
  readonly decoys?: readonly number[];
}

/** Claims whose names the issuer creates at run time (`repo_property_NAME`), and their type. */
interface OpenClaims {
  readonly prefix: string;
  readonly type: ClaimType;
}

/** How AssumeRoleWithWebIdentity treats the tokens. */
export type AwsUse =
  | {
      readonly kind: 'accepted';
      /** The audience of tokens for AWS in the platform's guide, where `${name}` is a parameter or `iss`. */
      readonly clientId: string;
    }
  /** Built into AWS: no IAM OIDC provider is needed. */
  | { readonly kind: 'built-in'; readonly federated: string }
  | { readonly kind: 'refused' | 'other-operation'; readonly why: string };

/** The claims in which the tokens of an OpenID provider contain the client and the scope. */
export interface ProviderClaims {
  readonly client: string;
  readonly scope: string;
  /** Whether the scope is an array; else it is a string. */
  readonly scopeIsList: boolean;
  /** Whether the client is the subject of its own tokens; else the preset defines the subject. */
  readonly clientIsSubject: boolean;
}

/** The names of RFC 9068. */
export const PLAIN_PROVIDER: ProviderClaims = {
  client: 'client_id',
  scope: 'scope',
  scopeIsList: false,
  clientIsSubject: true,
};

/** A metadata server: its clients have the host name built in, and send no issuer. */
export interface MetadataServer {
  readonly host: string;
  /** Prefix of its paths, which every host serves. */
  readonly root: string;
  /** Whether a request checks if a metadata server exists. */
  readonly isPing: (request: IncomingMessage) => boolean;
}

/** The text of `rolecall init`: a commented configuration with a role that the tokens may assume. */
export interface Starter {
  readonly title: string;
  /** YAML, where `${iss}`, `${provider}` (the iss without its scheme) and `${audience}` are those of the preset. */
  readonly text: string;
}

/** A row of the table: everything that is specific to one kind of token. */
export interface Preset {
  readonly id: string;
  readonly title: string;
  /** `exact`: tested against a client or a recorded token; `unconfirmed`: derived from documentation. */
  readonly verification: 'exact' | 'unconfirmed';
  /** The iss, where `${name}` is a parameter. */
  readonly issuer: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** `opaque`: the issuer's tokens are not JWTs. */
  readonly token?: 'jwt' | 'opaque';
  /** Default audience, where `${name}` is a fact; null if the client must specify one. */
  readonly audience: string | null;
  /** `array`: always an array; `string`: one audience, always a string; `as-requested`: as in the request. */
  readonly audienceForm: 'string' | 'array' | 'as-requested';
  /** Lifetime in seconds (exp minus iat). */
  readonly lifetime: number | ((facts: Facts) => number);
  /** Seconds from iat to nbf; absent: no `nbf`. */
  readonly notBefore?: number;
  readonly alg: Algorithm;
  /** Header members other than `alg`, in order. */
  readonly header: readonly ('typ' | 'kid' | 'x5t')[];
  /** In the order of the token. */
  readonly claims: readonly (ClaimRow | RegisteredClaim)[];
  /** Inputs: names that affect claims but are not claims. */
  readonly inputs?: readonly ClaimRow[];
  readonly openClaims?: readonly OpenClaims[];
  /** Claims are not checked at all. */
  readonly free?: boolean;
  readonly subjects: readonly SubjectForm[];
  readonly keys: KeyStyle;
  /** Members of the discovery document that are URLs; `${issuer}` is the iss. Empty: no document. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** All other members of the document. */
  readonly discovery: Members;
  /** How a workload receives its token. */
  readonly delivery: string;
  /** The endpoints at which a workload requests its token. */
  readonly protocols?: readonly CiProtocol[];
  /** Creates the environment of a job or workload; absent: variables and a file that any client can read. */
  readonly platform?: JobPlatform;
  /** Present for an issuer that is emulated as an OpenID provider. */
  readonly provider?: ProviderClaims;
  readonly metadataServer?: MetadataServer;
  /** Input fields of the console's playground; absent: the subject. */
  readonly form?: TokenForm;
  readonly starter?: Starter;
  readonly aws: AwsUse;
  /** Unconfirmed details. */
  readonly unconfirmed: readonly string[];
  readonly sources: readonly string[];
}

const row =
  (type: ClaimType) =>
  (name: string, value?: JsonValue | Derive): ClaimRow =>
    value === undefined ? { name, type } : { name, type, value };

export const text = row('string');
export const number = row('number');
export const strings = row('strings');
export const object = row('object');

/** A claim that is absent unless given. */
export const optional = (name: string, example: JsonValue, type: ClaimType = 'string'): ClaimRow => ({
  name,
  type,
  example,
});

/** An input field for text. */
export const field = (name: string, title: string, hint: string): TokenField => ({ name, title, hint });

/** The text before and after the first occurrence of `mark`; the whole text and an empty text without one. */
export function splitOnce(whole: string, mark: string): readonly [string, string] {
  const at = whole.indexOf(mark);
  return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + mark.length)];
}

/** The text after a prefix; undefined if the text does not begin with it. */
export const after = (prefix: string, whole: string): string | undefined =>
  whole.startsWith(prefix) ? whole.slice(prefix.length) : undefined;

/** Replaces each `${name}` with its value; an unclosed placeholder is left unchanged. */
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

/** The inverse of `fill`: the values of the placeholders, undefined if the text does not match. Only a placeholder at the start and the last one may contain a `/`. */
export function unfill(template: string, filled: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  let at = 0;
  let rest = template;
  for (;;) {
    const [literal, tail] = splitOnce(rest, '${');
    if (!filled.startsWith(literal, at)) return undefined;
    at += literal.length;
    if (literal.length === rest.length) return at === filled.length ? values : undefined;
    const [name, behind] = splitOnce(tail, '}');
    const next = splitOnce(behind, '${')[0];
    const end = next === '' ? filled.length : filled.indexOf(next, at);
    const value = filled.slice(at, end);
    if (end < 0 || value === '' || (next !== '' && at > 0 && value.includes('/'))) return undefined;
    values.set(name, value);
    at = end;
    rest = behind;
  }
}

/** The iss of a preset with these parameters. */
export const issOf = ({ issuer }: Preset, parameters: Readonly<Record<string, string>>): string =>
  fill(issuer, name => parameters[name] ?? '');

/** The audience of tokens for AWS in the guide of the platform; undefined if no provider can be registered for them. */
export function awsAudience(
  { aws }: Preset,
  iss: string,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  if (aws.kind !== 'accepted') return undefined;
  return fill(aws.clientId, name => (name === 'iss' ? iss : (parameters[name] ?? '')));
}
