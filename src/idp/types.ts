/** The words of the issuers: algorithms, claims, what is declared about an issuer, what is minted, and what makeIdp gives. */
import type { JsonWebKey } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import type { IssuerKeys, KeySourceKind, PublishedKeySet } from '../kernel/issuer-keys.ts';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

/** Claims or header members by name; always a null-prototype object, for names come from outside. */
export type Members = Readonly<Record<string, JsonValue>>;

/** A key to import: a private one signs, a public one is only published. */
export interface KeyDeclaration {
  /** PKCS#8, PKCS#1 or SEC1 private key, or SPKI public key. */
  readonly pem?: string;
  /** RFC 7517; with `d` it signs. */
  readonly jwk?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
  readonly alg?: Algorithm;
}

/** A client of an issuer that is a provider. */
export interface ClientDeclaration {
  readonly clientId: string;
  /** Left out: a public client, which proves itself by PKCE. */
  readonly clientSecret?: string;
  /** Left out: https addresses, loopback, and schemes of applications. */
  readonly redirectUris?: readonly string[];
}

/** One issuer as the control API shows it. */
export interface IssuerView {
  readonly id: string;
  readonly source: KeySourceKind;
  /** The exact iss. */
  readonly issuer: string;
  /** False for a preset that stands as it came. */
  readonly declared: boolean;
  readonly preset?: string;
  readonly title?: string;
  readonly alg?: Algorithm;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly claims?: Members;
  /** Without their secrets. */
  readonly clients?: readonly Pick<ClientDeclaration, 'clientId' | 'redirectUris'>[];
  /** Said of an issuer that mints for everybody, also where an admin token is set. */
  readonly open?: true;
  /** Path of the discovery document and the key set on this server, for hosted issuers. */
  readonly discoveryPath?: string;
  readonly jwksPath?: string;
  /** What is not confirmed about the preset. */
  readonly unconfirmed?: readonly string[];
  readonly jwks?: PublishedKeySet;
  readonly discoveryUrl?: string;
  readonly allowPrivateNetwork?: boolean;
}

export interface RotateOptions {
  /** Old keys stay published (default true). */
  readonly keepOld?: boolean;
  /** Seconds of movable time until the new key is published; it signs at once. */
  readonly publishIn?: number;
  /** Seconds of movable time until old keys are withdrawn. */
  readonly withdrawOldIn?: number;
}

export interface MintRequest {
  /** Id of a hosted issuer. */
  readonly issuer: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly audience?: string | readonly string[];
  /** Seconds from iat to exp. */
  readonly expiresIn?: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly removeClaims?: readonly string[];
  readonly faults?: readonly string[];
}

export interface Minted {
  readonly token: string;
  readonly header: Members;
  readonly claims: Members;
  /** The issuer's iss, whatever the token says. */
  readonly issuer: string;
  /** ISO 8601; from `exp`. */
  readonly expiresAt: string;
}

/** The issuers known to this server. All but `mint` and `rotate` are synchronous; each throws IdpProblem. */
export interface IssuerRegistry {
  /** In the order of the preset table, then as declared. */
  list(): readonly IssuerView[];
  get(id: string): IssuerView | undefined;
  /** Declares or replaces; the body comes from outside and is checked. */
  put(id: string, body: unknown): IssuerView;
  /** Forgets a declaration; a preset goes back to how it came. False when nothing was declared. */
  remove(id: string): boolean;
  /** The new key set. */
  rotate(id: string, options?: RotateOptions): Promise<PublishedKeySet>;
  /** Published keys of a hosted or pinned issuer; made when there are none yet. */
  jwks(id: string): Promise<PublishedKeySet>;
  /** What a view leaves out of a hosted issuer's declaration: its own keys and the secrets of its clients. */
  secretsOf(id: string): { readonly keys: readonly JsonWebKey[]; readonly clients: readonly ClientDeclaration[] };
  /** Back to the presets and the declarations of the configuration; the first keys stay. */
  reset(): void;
}

export interface IdpSettings {
  /** Issuers of the configuration, by id; each is checked as `put` checks it. */
  readonly issuers?: Readonly<Record<string, unknown>>;
  /** `local`: http and private addresses for plainly private hosts; `aws`: neither; `any`: http for every host too. */
  readonly providerUrls?: 'local' | 'aws' | 'any';
  /** Further certificate authorities (PEM) for remote fetches, beside Node's own. */
  readonly certificateAuthorities?: readonly string[];
}

/** A CI job, or another workload, that is to be given its identity as its platform gives it. */
export interface JobRequest {
  /** Id of a hosted issuer. */
  readonly issuer: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Of tokens that the platform makes without being asked for an audience. */
  readonly audience?: string;
  /** Where this server is reached by the job, without a slash at the end. */
  readonly baseUrl: string;
  /** Where files of the job stand; paths in variables are below it. */
  readonly directory: string;
}

/** A file of a job; written anew with the same job every `renewAfter` seconds, where the platform does so. */
export interface JobFile {
  readonly path: string;
  readonly content: string;
}

export interface JobEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly files: readonly JobFile[];
  readonly renewAfter?: number;
}

/** The issuers, assembled. */
export interface Idp {
  readonly registry: IssuerRegistry;
  /** Keys by exact iss, for whoever verifies. */
  readonly issuerKeys: IssuerKeys;
  /** Checks a request from outside and mints. */
  mint(request: unknown): Promise<Minted>;
  /** The mint request of `GET /_rolecall/tokens/{issuer}?aud=&CLAIM=…`: texts become the claims' own types. */
  requestFromQuery(issuer: string, query: Readonly<Record<string, unknown>>): MintRequest;
  /** Variables and files with which a job's own clients find their identity. */
  job(request: JobRequest): Promise<JobEnvironment>;
  /** Everything under `/idp`, and Google's `/computeMetadata`. */
  readonly routes: FastifyPluginAsync;
  /** Whether a hosted issuer answers on a real host name, at whatever path. */
  isIssuerHost(host: string): boolean;
  /** The hosted issuer that answers on a real host name and path, and the path below `/idp/{issuerId}`. */
  routeByHost(host: string, path: string): { readonly issuerId: string; readonly path: string } | undefined;
  /** Tells where the server listens when no publicUrl is set: the base of issuers whose iss is their address. */
  servedAt(url: string): void;
  reset(): void;
  /** Ends background work and open fetches. */
  close(): Promise<void>;
}
