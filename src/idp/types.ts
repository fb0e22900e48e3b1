/** Types of the identity providers: algorithms, claims, views, mint results, jobs, and the Idp interface. */
import type { JsonWebKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { IssuerSettings } from '../config/issuers.ts';
import type { MintRequest } from '../config/mint-request.ts';
import type { IssuerKeys, KeySourceKind, PublishedKeySet } from '../kernel/issuer-keys.ts';
import type { JwsAlgorithm } from '../kernel/jws-algorithms.ts';

export type { MintRequest } from '../config/mint-request.ts';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

export type Algorithm = JwsAlgorithm;

/** Claims or header members by name; always a null-prototype object, because the names come from requests. */
export type Members = Readonly<Record<string, JsonValue>>;

/** A key to import: a private key signs, a public key is only published. */
export interface KeyDeclaration {
  /** PKCS#8, PKCS#1 or SEC1 private key, or SPKI public key. */
  readonly pem?: string;
  /** RFC 7517; with `d` it signs. */
  readonly jwk?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
  readonly alg?: Algorithm;
}

/** A client of an issuer that is an OpenID provider. */
export type ClientDeclaration = Omit<NonNullable<IssuerSettings['clients']>[number], 'jwks'> & {
  readonly jwks?: PublishedKeySet;
};

/** An input field of a token form. */
export interface TokenField {
  /** Name of a claim or of an input of the preset. */
  readonly name: string;
  readonly title: string;
  /** Example value. */
  readonly hint: string;
  readonly type?: 'yes-no';
}

/** The form in which a person changes a token. */
export interface TokenForm {
  readonly fields: readonly TokenField[];
  /** The `sub` of a token without changes. */
  readonly subject: string;
}

/** An issuer as the control API returns it. */
export interface IssuerView {
  readonly id: string;
  readonly source: KeySourceKind;
  /** The exact iss. */
  readonly issuer: string;
  /** False for a preset with its default settings. */
  readonly declared: boolean;
  readonly preset?: string;
  readonly title?: string;
  readonly alg?: Algorithm;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly claims?: Members;
  /** Audience of tokens for AWS in the guide of the platform; absent if AWS does not accept the tokens from a registered provider. */
  readonly awsAudience?: string;
  readonly form?: TokenForm;
  /** Clients, without their secrets. */
  readonly clients?: readonly Omit<ClientDeclaration, 'clientSecret'>[];
  /** Set for an issuer that mints for everybody, even if an admin token is set. */
  readonly open?: true;
  /** Paths of the discovery document and the key set on this server, for hosted issuers. */
  readonly discoveryPath?: string;
  readonly jwksPath?: string;
  /** Unconfirmed details of the preset. */
  readonly unconfirmed?: readonly string[];
  readonly jwks?: PublishedKeySet;
  readonly discoveryUrl?: string;
  readonly allowPrivateNetwork?: boolean;
}

export interface RotateOptions {
  /** Whether old keys stay published (default true). */
  readonly keepOld?: boolean;
  /** Seconds of movable time until the new key is published; it signs immediately. */
  readonly publishIn?: number;
  /** Seconds of movable time until old keys are withdrawn. */
  readonly withdrawOldIn?: number;
}

export interface Minted {
  readonly token: string;
  readonly header: Members;
  readonly claims: Members;
  /** The issuer's iss, even if the token has another one. */
  readonly issuer: string;
  /** Expiration time from `exp`, ISO 8601. */
  readonly expiresAt: string;
}

/** The issuers known to this server. All methods throw IdpProblem for an invalid request. */
export interface IssuerRegistry {
  /** In the order of the preset table, then as declared. */
  list(): readonly IssuerView[];
  get(id: string): IssuerView | undefined;
  /** Creates or replaces an issuer; the settings match their schema. */
  put(id: string, settings: IssuerSettings): IssuerView;
  /** Removes a declaration; a preset returns to its default settings. Returns false if nothing was declared. */
  remove(id: string): boolean;
  /** Rotates the keys and returns the new key set. */
  rotate(id: string, options?: RotateOptions): Promise<PublishedKeySet>;
  /** Published keys of a hosted or pinned issuer; generated if there are none yet. */
  jwks(id: string): Promise<PublishedKeySet>;
  /** The secrets of a hosted issuer's declaration that a view leaves out: imported keys and clients with their secrets. */
  secretsOf(id: string): { readonly keys: readonly JsonWebKey[]; readonly clients: readonly ClientDeclaration[] };
  /** Resets to the presets and the declarations of the configuration; keeps the first keys. */
  reset(): void;
}

export interface IdpSettings {
  /** Issuers of the configuration, by ID. */
  readonly issuers?: Readonly<Record<string, IssuerSettings>>;
  /** `local`: http and private addresses for hosts with a private name; `aws`: neither; `any`: also http for every host. */
  readonly providerUrls?: 'local' | 'aws' | 'any';
  /** Additional certificate authorities (PEM) for remote fetches, in addition to Node's own. */
  readonly certificateAuthorities?: readonly string[];
}

/** A CI job, or another workload, whose environment is to be created as its platform provides it. */
export interface JobRequest {
  /** ID of a hosted issuer. */
  readonly issuer: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Audience of tokens that the platform issues by default. */
  readonly audience?: string;
  /** URL at which the job reaches this server, without a trailing slash. */
  readonly baseUrl: string;
  /** Directory of the job's files; paths in variables are in it. */
  readonly directory: string;
}

/** A file of a job; to be renewed every `renewAfter` seconds, if the platform does so. */
export interface JobFile {
  readonly path: string;
  readonly content: string;
}

export interface JobEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly files: readonly JobFile[];
  readonly renewAfter?: number;
}

/** The identity providers of one instance. */
export interface Idp {
  readonly registry: IssuerRegistry;
  /** Verification keys by exact iss. */
  readonly issuerKeys: IssuerKeys;
  /** Mints a token; the request matches its schema. Rejects with IdpProblem for what the issuer does not support. */
  mint(request: MintRequest): Promise<Minted>;
  /** The mint request of `GET /_rolecall/tokens/{issuer}?aud=&CLAIM=…`; texts are converted to the claim types. */
  requestFromQuery(issuer: string, query: Readonly<Record<string, unknown>>): MintRequest;
  /** Environment variables and files through which clients in a job get their token. */
  job(request: JobRequest): Promise<JobEnvironment>;
  /** The routes under `/idp`, and those of metadata servers. */
  readonly routes: FastifyPluginAsync;
  /** Whether a host is the real host name of a hosted issuer. */
  isIssuerHost(host: string): boolean;
  /** The issuer whose metadata server a client checks for with a `GET /`, whatever its Host; undefined for other requests. */
  pingedIssuer(headers: IncomingHttpHeaders): string | undefined;
  /** Calls the listener when issuers were added or removed: `isIssuerHost` and `routeByHost` may give other results. */
  onIssuersChange(listener: () => void): void;
  /** The hosted issuer for a real host name and path, and the path relative to `/idp/{issuerId}`. */
  routeByHost(host: string, path: string): { readonly issuerId: string; readonly path: string } | undefined;
  /** Sets the base URL of issuers whose iss is their address, if no publicUrl is configured. */
  setServedUrl(url: string): void;
  reset(): void;
  /** Stops background work and running fetches. */
  close(): Promise<void>;
}
