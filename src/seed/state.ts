/** The declared state of a running instance: entered at start, returned to by a reset, read and replaced by hand. */
import type { AccountsSettings, OrganizationSettings } from '../config/accounts.ts';
import type { IssuerSettings } from '../config/schema.ts';
import type { IamDeps, Organization } from '../iam/deps.ts';
import type { IssuerRegistry, IssuerView } from '../idp/types.ts';
import { plantSeed, type Seed } from '../seed.ts';
import { type ExportOptions, exportAccounts } from './export.ts';

/** What changes when a state is left for another. */
export interface Life {
  /** Raised each time a state is entered, so that sessions of an earlier one are refused; -1 before the first. */
  epoch: number;
  /** The default account and those of the state. */
  declaredAccounts: readonly string[];
  organization: Organization | undefined;
  declaredOrganization: OrganizationSettings | undefined;
}

/** The life of an instance that has not entered a state yet; its default account is there in every state. */
export const beforeLife = (defaultAccount: string): Life => ({
  epoch: -1,
  declaredAccounts: [defaultAccount],
  organization: undefined,
  declaredOrganization: undefined,
});

/** Everything declared, as `GET /_rolecall/state` answers it. */
export interface DeclaredState {
  readonly accounts: AccountsSettings;
  readonly organization?: OrganizationSettings;
  readonly issuers?: Readonly<Record<string, IssuerSettings>>;
}

/**
 * Forgets what the store holds and makes what the seed declares. Throws ConfigError, and changes nothing, when IAM
 * refuses a part of it.
 */
export async function enterState(seed: Seed, iam: IamDeps, life: Life, source?: string): Promise<void> {
  const epoch = life.epoch + 1;
  const { providerUrls } = iam.settings;
  const declaredAccounts = [...new Set([...life.declaredAccounts.slice(0, 1), ...Object.keys(seed.accounts)])];
  const planted = await plantSeed(seed, { ...iam, settings: { epoch, providerUrls, declaredAccounts } }, source);
  life.epoch = epoch;
  life.declaredAccounts = declaredAccounts;
  life.organization = planted.organization;
  life.declaredOrganization = seed.organization;
  await iam.store.clear();
  await iam.store.commit(planted.changes);
}

export interface StateDeps {
  readonly iam: IamDeps;
  readonly life: Life;
  readonly registry: IssuerRegistry;
}

export function readState({ iam, life, registry }: StateDeps, options: ExportOptions): DeclaredState {
  const { declaredOrganization: organization } = life;
  const issuers = declaredIssuers(registry);
  return {
    accounts: exportAccounts(iam.store, options),
    ...(organization === undefined ? {} : { organization }),
    ...(Object.keys(issuers).length === 0 ? {} : { issuers }),
  };
}

/** Replaces the state. Throws ConfigError or IdpProblem, and then everything is as before. */
export async function replaceState(state: Partial<DeclaredState>, deps: StateDeps): Promise<void> {
  const before = declaredIssuers(deps.registry);
  const after = state.issuers ?? {};
  try {
    declareIssuers(before, after, deps.registry);
    const seed: Seed = { accounts: state.accounts ?? {}, organization: state.organization };
    await enterState(seed, deps.iam, deps.life, 'state');
  } catch (error) {
    declareIssuers(declaredIssuers(deps.registry), before, deps.registry);
    throw error;
  }
}

function declareIssuers(
  before: Readonly<Record<string, IssuerSettings>>,
  after: Readonly<Record<string, IssuerSettings>>,
  registry: IssuerRegistry,
): void {
  for (const id of Object.keys(before)) if (!Object.hasOwn(after, id)) registry.remove(id);
  for (const [id, settings] of Object.entries(after)) {
    if (JSON.stringify(before[id]) !== JSON.stringify(settings)) registry.put(id, settings);
  }
}

const declaredIssuers = (registry: IssuerRegistry): Record<string, IssuerSettings> =>
  Object.fromEntries(
    registry
      .list()
      .filter(issuer => issuer.declared)
      .map(issuer => [issuer.id, issuerSettings(issuer)]),
  );

/** A declaration that makes the issuer again; private keys are not part of it. */
function issuerSettings(view: IssuerView): IssuerSettings {
  const { source, issuer, jwks, discoveryUrl, allowPrivateNetwork, preset, parameters, claims, alg } = view;
  if (source === 'pinned') return { issuer, jwks: { keys: [...(jwks?.keys ?? [])] } };
  if (source === 'remote') {
    return {
      issuer,
      ...(discoveryUrl === undefined ? {} : { discoveryUrl }),
      ...(allowPrivateNetwork === undefined ? {} : { allowPrivateNetwork }),
    };
  }
  return {
    ...(preset === undefined ? {} : { preset }),
    issuer,
    ...(alg === undefined ? {} : { alg }),
    ...(parameters === undefined || Object.keys(parameters).length === 0 ? {} : { parameters: { ...parameters } }),
    ...(claims === undefined || Object.keys(claims).length === 0 ? {} : { claims: { ...claims } }),
  };
}
