/** Creates the declared start state with the same IAM operations as the API: all of it, or a list of configuration errors. */

import { accounts, type PolicyText } from '../accounts/model.ts';
import { DecisionLog } from '../authorization/decision-log.ts';
import type { IamDeps, Organization } from '../authorization/deps.ts';
import { AwsError } from '../aws/error.ts';
import type { AccountsSettings, DocumentSetting, OrganizationSettings } from '../config/accounts.ts';
import { ConfigError, type ConfigErrorEntry } from '../config/config-error.ts';
import { callIam } from '../iam/in-process.ts';
import { defined } from '../kernel/defined.ts';
import { pointer } from '../kernel/json.ts';
import { parsePolicy } from '../policy/index.ts';
import { type Change, put } from '../store/store.ts';
import { documentText, type SeedCall, type SeedEntity, type Step, seedEntitiesOf } from './calls.ts';
import { RecordingStore } from './recording-store.ts';

/** The declared accounts and organization. */
export interface Seed {
  readonly accounts: AccountsSettings;
  readonly organization?: OrganizationSettings | undefined;
}

/** A created seed: the changes to commit to an empty store. */
interface AppliedSeed {
  readonly changes: readonly Change[];
  readonly organization?: Organization;
}

/** Maximum number of reported errors. */
const MAX_ERRORS = 100;

/** Trust policy of a role until all principals exist: it allows nobody. */
const NOBODY =
  '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}';

/**
 * Creates everything a seed declares in a separate store. Throws ConfigError with the path of each entity that IAM
 * rejects and IAM's message; at most `most` errors. `deps.store` is not changed; `ended` are the records of deleted
 * entities in it, if the seed continues from that store.
 */
export async function applySeed(
  seed: Seed,
  deps: IamDeps,
  source = 'configuration',
  most = MAX_ERRORS,
  ended: readonly Change[] = [],
): Promise<AppliedSeed> {
  const store = new RecordingStore();
  await store.commit(ended);
  const faults: ConfigErrorEntry[] = [];
  // Rejected declarations are reported as configuration errors; the decision log is for API calls.
  const applier = new SeedApplier({ ...deps, store, decisionLog: new DecisionLog(deps.random, 0) }, (path, message) => {
    if (faults.push({ source, path, message }) >= most) throw new ConfigError(faults);
  });
  const numbers = Object.keys(seed.accounts);
  await store.commit(numbers.map(account => put(accounts, account, { account }, 0)));
  for (const account of numbers) {
    for (const entity of seedEntitiesOf(account, seed.accounts[account] ?? {})) await applier.apply(account, entity);
  }
  await applier.setTrustPolicies();
  const organization = applier.organization(seed.organization);
  if (faults.length > 0) throw new ConfigError(faults);
  return { changes: store.changes(), ...defined({ organization }) };
}

class SeedApplier {
  readonly #deps: IamDeps;
  readonly #addError: (path: string, message: string) => void;
  /** Trust policies whose principals are created later: set after all entities exist, so that roles may trust each other. */
  readonly #deferred: { readonly account: string; readonly label: string; readonly step: Step }[] = [];

  constructor(deps: IamDeps, addError: (path: string, message: string) => void) {
    this.#deps = deps;
    this.#addError = addError;
  }

  async apply(account: string, { label, create, complete }: SeedEntity): Promise<void> {
    if (!(await this.#create(account, label, create))) return;
    for (const step of complete) await this.#attempt(account, label, step);
  }

  /** Sets the deferred trust policies. */
  async setTrustPolicies(): Promise<void> {
    for (const { account, label, step } of this.#deferred) await this.#attempt(account, label, step);
  }

  organization(declared: OrganizationSettings | undefined): Organization | undefined {
    if (declared === undefined) return undefined;
    const { managementAccount, serviceControlPolicies, resourceControlPolicies } = declared;
    const read = (kind: 'scp' | 'rcp', documents: Readonly<Record<string, DocumentSetting>>, at: string) =>
      Object.entries(documents).map(([name, document]): PolicyText => {
        const text = documentText(document);
        const parsed = parsePolicy(text, { kind });
        const location = pointer('organization', at, name);
        if (!parsed.ok) for (const fault of parsed.faults) this.#addError(location, `${fault.path} ${fault.message}`);
        return { text };
      });
    return {
      ...defined({
        managementAccount,
        serviceControlPolicies: serviceControlPolicies && read('scp', serviceControlPolicies, 'serviceControlPolicies'),
        resourceControlPolicies:
          resourceControlPolicies && read('rcp', resourceControlPolicies, 'resourceControlPolicies'),
      }),
    };
  }

  async #create(account: string, label: string, step: Step): Promise<boolean> {
    try {
      await this.#run(account, step);
      return true;
    } catch (error) {
      if (isMissingPrincipal(error) && 'operation' in step) return this.#createWithoutTrust(account, label, step);
      this.#refused(label, step, error);
      return false;
    }
  }

  async #createWithoutTrust(account: string, label: string, step: SeedCall): Promise<boolean> {
    const { RoleName, AssumeRolePolicyDocument: PolicyDocument } = step.input;
    const withoutTrust = { ...step, input: { ...step.input, AssumeRolePolicyDocument: NOBODY } };
    if (!(await this.#attempt(account, label, withoutTrust))) return false;
    const deferred = {
      path: `${step.path}/trust`,
      operation: 'UpdateAssumeRolePolicy',
      input: { RoleName, PolicyDocument },
    };
    this.#deferred.push({ account, label, step: deferred });
    return true;
  }

  async #attempt(account: string, label: string, step: Step): Promise<boolean> {
    try {
      await this.#run(account, step);
      return true;
    } catch (error) {
      this.#refused(label, step, error);
      return false;
    }
  }

  async #run(account: string, step: Step): Promise<void> {
    if (!('operation' in step)) {
      await this.#deps.store.commit(step.changes(this.#deps));
      return;
    }
    try {
      await callIam(step.operation, step.input, account, this.#deps);
    } catch (error) {
      // A recorded refusal draws an id. Drawing it here too keeps the ids that follow in a seeded run.
      if (error instanceof AwsError && error.detail !== undefined) this.#deps.random.uuid();
      throw error;
    }
  }

  #refused(label: string, { path }: Step, error: unknown): void {
    if (!(error instanceof AwsError)) throw error;
    // A detail may repeat the message after a location.
    const addition = error.detail?.replace(error.message, '').trim() ?? '';
    const detail = addition === '' ? '' : ` (${addition})`;
    this.#addError(path, `${label}: ${error.code}: ${error.message}${detail}`);
  }
}

/** Whether AWS rejects a trust policy because a principal does not exist. */
const isMissingPrincipal = (error: unknown): boolean =>
  error instanceof AwsError &&
  error.code === 'MalformedPolicyDocument' &&
  error.message.startsWith('Invalid principal in policy');
