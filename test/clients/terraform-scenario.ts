/** A Terraform configuration in its whole life: apply, empty plan, update in place, import, destroy. */
import { fileURLToPath } from 'node:url';
import {
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { type Emulator, type TokenRequest, withRolecall } from './emulator.ts';
import { administrator } from './end-to-end.ts';
import { inWorkspace, type Terraform, type Variables } from './terraform-driver.ts';

/** A scenario runs Terraform a dozen times; each run takes up to half a minute on a busy machine. */
export const TIMEOUT = 900_000;

export const arn = (resource: string) => `arn:aws:iam::000000000000:${resource}`;

export const folder = (name: string): string[] =>
  ['provider.tf', `${name}/main.tf`].map(file => fileURLToPath(new URL(`../flows/terraform/${file}`, import.meta.url)));

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One emulator and one Terraform workspace. */
export class Workspace {
  readonly #rolecall: Emulator;
  readonly terraform: Terraform;

  constructor(rolecall: Emulator, terraform: Terraform) {
    this.#rolecall = rolecall;
    this.terraform = terraform;
  }

  get url(): string {
    return this.#rolecall.url;
  }

  sts(credentials: Credentials = administrator): STSClient {
    return new STSClient({ endpoint: this.url, region: 'us-east-1', credentials });
  }

  iam(): IAMClient {
    return new IAMClient({ endpoint: this.url, region: 'us-east-1', credentials: administrator });
  }

  /** ARN of the assumed role, or the name of the error. */
  async assume(roleArn: string, token: TokenRequest): Promise<string> {
    const request = {
      RoleArn: roleArn,
      RoleSessionName: 'session',
      WebIdentityToken: await this.#rolecall.mint(token),
    };
    return this.sts()
      .send(new AssumeRoleWithWebIdentityCommand(request))
      .then(
        ({ AssumedRoleUser }) => AssumedRoleUser?.Arn ?? '',
        (error: unknown) => (error instanceof Error ? error.name : String(error)),
      );
  }

  /** The decision of a role's own policies: `allowed`, `implicitDeny` or `explicitDeny`. */
  async decision(role: string, action: string, resource = '*', context: Readonly<Record<string, string>> = {}) {
    const { EvaluationResults } = await this.iam().send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: role,
        ActionNames: [action],
        ResourceArns: [resource],
        ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
          ContextKeyName,
          ContextKeyValues: [value],
          ContextKeyType: 'string',
        })),
      }),
    );
    return EvaluationResults?.[0]?.EvalDecision;
  }

  /** Expects that no resources are left. */
  async expectEmpty(): Promise<void> {
    const iam = this.iam();
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
    expect((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toEqual([]);
    const users = (await iam.send(new ListUsersCommand({ PathPrefix: '/people/' }))).Users;
    expect(users).toEqual([]);
  }
}

export interface Scenario {
  readonly name: string;
  readonly folder: string;
  /** Creates prerequisites; returns the variables of every run. */
  prepare?(rolecall: Emulator): Promise<Variables>;
  /** Variables of the second apply. */
  readonly change: Variables;
  /** Address and id of the resources to import after the change. */
  readonly imports: readonly (readonly [address: string, id: string])[];
  applied(workspace: Workspace): Promise<void>;
  changed(workspace: Workspace): Promise<void>;
}

export const branch = (name: string): TokenRequest => ({ claims: { ref: `refs/heads/${name}` } });
export const assumed = (role: string): string => `arn:aws:sts::000000000000:assumed-role/${role}/session`;

/** Replays a scenario in an emulator of its own. */
export const replay = (plan: Scenario): Promise<void> =>
  withRolecall(async rolecall => {
    const variables = (await plan.prepare?.(rolecall)) ?? {};
    const changed = { ...variables, ...plan.change };
    await inWorkspace(rolecall.url, folder(plan.folder), async terraform => {
      const workspace = new Workspace(rolecall, terraform);
      await terraform.apply(variables);
      expect(await terraform.plan(variables), 'applied: no changes').toBe(0);
      await plan.applied(workspace);

      expect(await terraform.apply(changed), 'in place').toContain(' 0 destroyed');
      expect(await terraform.plan(changed), 'changed: no changes').toBe(0);
      await plan.changed(workspace);

      for (const [address, id] of plan.imports) await terraform.import(address, id, changed);
      expect(await terraform.plan(changed), 'imported: no changes').toBe(0);

      await terraform.destroy(changed);
      await workspace.expectEmpty();
    });
  });
