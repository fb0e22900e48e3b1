/** The declared state of a running instance: applied at start, restored by a reset, read and replaced by the control API. */

import type { IamDeps, Organization } from '../authorization/deps.ts';
import type { AccountsSettings, OrganizationSettings } from '../config/accounts.ts';
import { ConfigError } from '../config/config-error.ts';
import type { IssuerSettings } from '../config/issuers.ts';
import type { ClientDeclaration, IssuerRegistry, IssuerView } from '../idp/types.ts';
import { defined } from '../kernel/defined.ts';
import { recordOf } from '../kernel/table.ts';
import { applySeed, type Seed } from './apply.ts';
import { type ExportOptions, exportAccounts } from './export.ts';
import { declareIssuers } from './issuers.ts';

/** The values that change when another state is applied. */
interface StateGeneration {
  /** Incremented each time a state is applied, so that earlier sessions become invalid; -1 before the first. */
  epoch: number;
  /** The default account and those of the state. */
  declaredAccounts: readonly string[];
  organization: Organization | undefined;
  declaredOrganization: OrganizationSettings | undefined;
}

/** The generation of an instance before its first state; the default account exists in every state. */
export const initialGeneration = (defaultAccount: string): StateGeneration => ({
  epoch: -1,
  declaredAccounts: [defaultAccount],
  organization: undefined,
  declaredOrganization: undefined,
});

/** The parts of a configuration that can change without a restart. */
export interface Declaration extends Seed {
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
}

/** Everything declared, as returned by `GET /_rolecall/state`. */
interface DeclaredState {
  readonly accounts: AccountsSettings;
  readonly organization?: OrganizationSettings;
  readonly issuers?: Readonly<Record<string, IssuerSettings>>;
}

/**
 * Clears the store and creates what the seed declares. Throws ConfigError, and changes nothing, if IAM rejects a part
 * of it.
 */
export async function applyState(
  seed: Seed,
  iam: IamDeps,
  generation: StateGeneration,
  source?: string,
): Promise<void> {
  const { epoch, declaredAccounts, applied } = await applyNext(seed, iam, generation, source);
  generation.epoch = epoch;
  generation.declaredAccounts = declaredAccounts;
  generation.organization = applied.organization;
  generation.declaredOrganization = seed.organization;
  await iam.store.clear();
  await iam.store.commit(applied.changes);
}

/** Creates a seed for the next generation; changes nothing yet. */
async function applyNext(seed: Seed, iam: IamDeps, generation: StateGeneration, source: string | undefined) {
  const epoch = generation.epoch + 1;
  const { providerUrls } = iam.settings;
  const declaredAccounts = [...new Set([...generation.declaredAccounts.slice(0, 1), ...Object.keys(seed.accounts)])];
  const applied = await applySeed(seed, { ...iam, settings: { epoch, providerUrls, declaredAccounts } }, source);
  return { epoch, declaredAccounts, applied };
}

export interface StateDeps {
  readonly iam: IamDeps;
  readonly generation: StateGeneration;
  readonly registry: IssuerRegistry;
}

export function readState({ iam, generation, registry }: StateDeps, options: ExportOptions): DeclaredState {
  const { declaredOrganization: organization } = generation;
  const issuers = declaredIssuers(registry, options.secrets);
  return {
    accounts: exportAccounts(iam.store, options),
    ...defined({ organization }),
    ...(Object.keys(issuers).length === 0 ? {} : { issuers }),
  };
}

/** Replaces the state. Throws ConfigError with every error and then changes nothing. */
export async function replaceState(state: Partial<DeclaredState>, deps: StateDeps): Promise<void> {
  const before = declaredIssuers(deps.registry, true);
  const seed: Declaration = {
    accounts: state.accounts ?? {},
    organization: state.organization,
    issuers: state.issuers ?? {},
  };
  try {
    await applyDeclaration(before, seed, deps, 'state');
  } catch (error) {
    declareIssuers(declaredIssuers(deps.registry, true), before, deps.registry);
    throw error;
  }
}

/**
 * Applies a state with its issuers; `before` are the issuers declared so far. Throws ConfigError with the errors of both;
 * the valid issuers are then declared.
 */
export async function applyDeclaration(
  before: Declaration['issuers'],
  declared: Declaration,
  { iam, generation, registry }: StateDeps,
  source?: string,
): Promise<void> {
  const faults = declareIssuers(before, declared.issuers, registry, source);
  if (faults.length === 0) return applyState(declared, iam, generation, source);
  // The state is not applied, but the errors of its accounts are reported together with those of the issuers.
  await applyNext(declared, iam, generation, source).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
  });
  throw new ConfigError(faults);
}

const declaredIssuers = (registry: IssuerRegistry, secrets: boolean): Record<string, IssuerSettings> =>
  recordOf(
    registry
      .list()
      .filter(issuer => issuer.declared)
      .map(issuer => [issuer.id, { ...issuerSettings(issuer), ...(secrets ? issuerSecrets(issuer, registry) : {}) }]),
  );

/** The declared private keys of the issuer, and its clients with their secrets. */
function issuerSecrets({ id, source }: IssuerView, registry: IssuerRegistry): Pick<IssuerSettings, 'keys' | 'clients'> {
  if (source !== 'hosted') return {};
  const { keys, clients } = registry.secretsOf(id);
  return { ...(keys.length === 0 ? {} : { keys: [...keys] }), ...clientSettings(clients) };
}

const clientSettings = (clients: readonly ClientDeclaration[] = []): Pick<IssuerSettings, 'clients'> =>
  clients.length === 0
    ? {}
    : {
        clients: clients.map(({ redirectUris, jwks, ...client }) => ({
          ...client,
          ...defined({
            jwks: jwks && { keys: jwks.keys.map(key => ({ ...key })) },
            redirectUris: redirectUris && [...redirectUris],
          }),
        })),
      };

/** A declaration that recreates the issuer, without private keys and client secrets. */
function issuerSettings(view: IssuerView): IssuerSettings {
  const { source, issuer, jwks, discoveryUrl, allowPrivateNetwork, preset, parameters, claims, alg, clients, open } =
    view;
  if (source === 'pinned') return { issuer, jwks: { keys: [...(jwks?.keys ?? [])] } };
  if (source === 'remote') {
    return {
      issuer,
      source,
      ...defined({ discoveryUrl, allowPrivateNetwork }),
    };
  }
  return {
    ...defined({ preset }),
    issuer,
    ...defined({ alg }),
    ...(parameters === undefined || Object.keys(parameters).length === 0 ? {} : { parameters: { ...parameters } }),
    ...(claims === undefined || Object.keys(claims).length === 0 ? {} : { claims: { ...claims } }),
    ...clientSettings(clients),
    ...defined({ open }),
  };
}
