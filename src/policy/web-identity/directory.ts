/** What the checks of an assume call look up: the entities of the accounts, and settings. */
import type { PolicySet } from '../evaluate.ts';
import type { IssuerKeyNames, SessionTag } from './context.ts';
import type { ErrorTexts } from './refusals.ts';

/** A role that a call can name. */
export interface AssumableRole {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly tags: readonly SessionTag[];
}

/** An OIDC provider of an account. */
export interface RegisteredProvider {
  readonly account: string;
  readonly arn: string;
  /** The issuer without its scheme. */
  readonly url: string;
  /** Required `iss` of tokens. */
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
}

export interface Directory<R extends AssumableRole = AssumableRole> {
  /** The provider of an account with this URL (without its scheme). */
  provider(account: string, url: string): RegisteredProvider | undefined;
  /** The providers of an account, or of all accounts; for suggestions. */
  providersOf(account?: string): readonly RegisteredProvider[];
  /** The role with an account and name, in any letter case. */
  roleNamed(account: string, name: string): R | undefined;
  /** Roles of an account, or of all accounts; for suggestions. */
  rolesOf(account?: string): readonly AssumableRole[];
  /** The trust policy of a role, with the resource control policies of its account. */
  trustPolicies(role: R): PolicySet;
  conditionKeys(prefix: string): IssuerKeyNames;
  /** Regions where STS is deactivated, by account. */
  readonly disabledRegions: Readonly<Record<string, readonly string[]>> | undefined;
  readonly errorTexts: ErrorTexts;
}
