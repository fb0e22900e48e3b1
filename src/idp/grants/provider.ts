/** What the endpoints of an OpenID provider share: request and reply types, and parameters. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../kernel/clock.ts';
import type { RandomSource } from '../../kernel/random.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';
import type { Issuers } from '../issuers/issuer-registry.ts';
import type { MintRights } from '../mint/mint-rights.ts';
import { PLAIN_PROVIDER, type ProviderClaims } from '../presets/row.ts';
import type { Minted, MintRequest } from '../types.ts';
import type { Devices } from './devices.ts';
import { OAuthError } from './oauth-error.ts';
import type { SealedGrants } from './sealed-grants.ts';
import type { RevokedTokens, UsedAssertions } from './spent-grants.ts';

export interface ProviderDeps {
  readonly issuers: Issuers;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly sealed: SealedGrants;
  readonly revoked: RevokedTokens;
  readonly usedAssertions: UsedAssertions;
  readonly devices: Devices;
  readonly mint: (request: MintRequest) => Promise<Minted>;
}

/** Parameters of a query or form; repeated parameters are left out (RFC 6749 §3.1). */
export type Form = ReadonlyMap<string, string>;

export interface ProviderRequest {
  readonly issuer: HostedIssuer;
  readonly method: string;
  readonly form: Form;
  readonly headers: IncomingHttpHeaders;
  /** URL of this issuer as the client reached it: `http://localhost:4592/idp/custom`. */
  readonly base: string;
  /** Path of this endpoint relative to `base`. */
  readonly path: string;
  /** URL of this endpoint as requested, without the query; it differs from `base` + `path` under the issuer's real name. */
  readonly address: string;
  readonly rights: MintRights;
}

export interface ProviderReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Endpoint = (request: ProviderRequest, deps: ProviderDeps) => ProviderReply | Promise<ProviderReply>;

/** The claims for the client and the scope in tokens of an issuer. */
export const claimNamesOf = (issuer: HostedIssuer): ProviderClaims => issuer.preset.provider ?? PLAIN_PROVIDER;

/** The value of a required parameter; throws OAuthError if it is missing. */
export function requiredParameter(form: Form, name: string): string {
  const value = form.get(name);
  if (value !== undefined && value !== '') return value;
  throw new OAuthError('invalid_request', `the parameter ${name} is missing`);
}

export const scopesOf = (form: Form): readonly string[] =>
  (form.get('scope') ?? '').split(' ').filter(scope => scope !== '');
