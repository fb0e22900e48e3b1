/** Response types of the control API: the members that the console reads. */
export type { Decision } from '../../policy/decision.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface MintedToken {
  readonly token: string;
  readonly header: Claims;
  readonly claims: Claims;
  readonly issuer: string;
  readonly expiresAt: string;
}

/** What STS sees of a call from this page. */
export interface CallView {
  /** Time of the movable clock, ISO 8601. */
  readonly isoTime: string;
  readonly region: string;
  readonly secure: boolean;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly errorTexts: '2026' | 'classic';
  readonly disabledRegions: readonly string[];
  readonly resourceControlPolicies: readonly string[];
  /** As IAM would register the issuer. */
  readonly provider?: { readonly url: string; readonly issuer: string };
  /** The error with which IAM would refuse the issuer. */
  readonly providerError?: string;
}

export interface IssuerView {
  readonly id: string;
  readonly source: string;
  readonly issuer: string;
  readonly declared?: boolean;
  readonly preset?: string;
  readonly title?: string;
  readonly alg?: string;
  readonly discoveryPath?: string;
  readonly jwksPath?: string;
  readonly unconfirmed?: readonly string[];
  readonly claims?: Claims;
  readonly awsAudience?: string;
  readonly form?: {
    readonly fields: readonly {
      readonly name: string;
      readonly title: string;
      readonly hint: string;
      readonly type?: string;
    }[];
    readonly subject: string;
  };
}

interface InlineView {
  readonly name: string;
  readonly document: string;
}

interface PolicyOwner {
  readonly arn: string;
  readonly name: string;
  readonly inline: readonly InlineView[];
  readonly attached: readonly string[];
}

export interface RoleView extends PolicyOwner {
  readonly trust: string;
  readonly maxSessionDuration: number;
  readonly boundary?: string;
}

export interface UserView extends PolicyOwner {
  readonly groups: readonly string[];
  readonly keys: readonly { readonly id: string; readonly active: boolean }[];
}

export interface ProviderView {
  readonly arn: string;
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
}

interface PolicyView {
  readonly arn: string;
  readonly name: string;
  readonly document: string;
}

export interface AccountView {
  readonly account: string;
  readonly providers: readonly ProviderView[];
  readonly roles: readonly RoleView[];
  readonly users: readonly UserView[];
  readonly groups: readonly PolicyOwner[];
  readonly policies: readonly PolicyView[];
}

export interface ClockView {
  readonly now: string;
  readonly frozen: boolean;
  readonly offsetMs: number;
}

export interface Jwk {
  readonly kid?: string;
  readonly kty?: string;
  readonly alg?: string;
}

export interface FaultView {
  readonly id: string;
  readonly hits: number;
  readonly match: { readonly action?: string; readonly issuer?: string };
  readonly respond: {
    readonly error?: string;
    readonly status?: number;
    readonly delayMs?: number;
    readonly drop?: boolean;
  };
  readonly times?: number;
}
