/** The intermediate result of an import: incomplete accounts, and what was not imported, with location and reason. */
import type {
  AccountSettings,
  DocumentSetting,
  GroupSettings,
  InstanceProfileSettings,
  OidcProviderSettings,
  PolicySettings,
  RoleSettings,
  SamlProviderSettings,
  UserSettings,
} from '../../config/accounts.ts';
import { defined } from '../../kernel/defined.ts';

/** Something in a file that was not imported, or was changed. */
export interface SkippedItem {
  readonly file: string;
  /** Location in the file: a resource address, or names separated by dots. */
  readonly path: string;
  readonly why: string;
}

/** Settings of an incomplete entity; a role has no trust policy yet if only its policies were read. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type RoleDraft = Mutable<Omit<RoleSettings, 'trust'>> & { trust?: DocumentSetting };
type UserDraft = Mutable<UserSettings> & { declared?: boolean };
type GroupDraft = Mutable<GroupSettings> & { declared?: boolean };
export type HolderDraft = RoleDraft | UserDraft | GroupDraft;
export type HolderType = 'role' | 'user' | 'group';

export class AccountDraft {
  alias: string | undefined;
  readonly policies = new Map<string, PolicySettings>();
  readonly oidcProviders = new Map<string, OidcProviderSettings>();
  readonly samlProviders = new Map<string, SamlProviderSettings>();
  readonly groups = new Map<string, GroupDraft>();
  readonly users = new Map<string, UserDraft>();
  readonly roles = new Map<string, RoleDraft>();
  readonly instanceProfiles = new Map<string, InstanceProfileSettings>();

  /** The role, user or group of a name (any letter case), created at first use. */
  holder(entityType: 'role', name: string): RoleDraft;
  holder(entityType: 'user', name: string): UserDraft;
  holder(entityType: 'group', name: string): GroupDraft;
  holder(entityType: HolderType, name: string): HolderDraft;
  holder(entityType: HolderType, name: string): HolderDraft {
    const table: Map<string, HolderDraft> = this[`${entityType}s`];
    const key = name.toLowerCase();
    const known = table.get(key);
    if (known !== undefined) return known;
    const created: HolderDraft = { name };
    table.set(key, created);
    return created;
  }
}

/** The intermediate result of one import of several files. */
export class Draft {
  readonly accounts = new Map<string, AccountDraft>();
  readonly unread: SkippedItem[] = [];
  /** ARNs by unique id (AROA…, AIDA…): trust policies may name principals by unique id. */
  readonly arnsById = new Map<string, string>();
  /** Providers from output that contains no account number. */
  readonly providersWithoutAccount: OidcProviderSettings[] = [];
  /** Account of entities whose files contain no account number. */
  readonly fallbackAccount: string;
  /** Whether a page with a following page was read, and whether the last page was read. */
  pages: { readonly truncated?: true; readonly whole?: true } = {};
  #file = '';

  constructor(fallbackAccount: string) {
    this.fallbackAccount = fallbackAccount;
  }

  /** Sets the current file, for the report. */
  setFile(file: string): void {
    this.#file = file;
  }

  skip(path: string, why: string): void {
    this.unread.push({ file: this.#file, path, why });
  }

  account(number: string | undefined): AccountDraft {
    const key = number !== undefined && /^\d{12}$/.test(number) ? number : this.fallbackAccount;
    let draft = this.accounts.get(key);
    if (draft === undefined) {
      draft = new AccountDraft();
      this.accounts.set(key, draft);
    }
    return draft;
  }
}

export function addInlinePolicy(holder: HolderDraft, name: string, document: DocumentSetting): void {
  holder.inlinePolicies = { ...holder.inlinePolicies, [name]: document };
}

export function attachPolicy(holder: HolderDraft, arn: string): void {
  const attached = holder.attachedPolicies ?? [];
  if (!attached.includes(arn)) holder.attachedPolicies = [...attached, arn];
}

export function addToGroup(user: UserDraft, group: string): void {
  const groups = user.groups ?? [];
  if (!groups.includes(group)) user.groups = [...groups, group];
}

/** Converts drafts to settings; entities known only from a policy or a membership are reported and left out. */
export function toAccountSettings(draft: AccountDraft, missing: (path: string, why: string) => void): AccountSettings {
  const unlessEmpty = <T>(name: string, all: readonly T[]) => (all.length === 0 ? {} : { [name]: all });
  const roles = [...draft.roles.values()].flatMap((role): RoleSettings[] => {
    const { trust, name, path, ...rest } = role;
    if (trust !== undefined) return [{ name, ...defined({ path }), trust, ...rest }];
    missing(`role ${role.name}`, 'its policies are in the files, but the role and its trust policy are not');
    return [];
  });
  const declared = <D extends UserDraft | GroupDraft>(entityType: string, drafts: Iterable<D>) =>
    [...drafts].flatMap(({ declared: isDeclared, ...rest }) => {
      if (isDeclared === true) return [rest];
      missing(
        `${entityType} ${rest.name}`,
        `its policies or memberships are in the files, but the ${entityType} is not`,
      );
      return [];
    });
  return {
    ...defined({ alias: draft.alias }),
    ...unlessEmpty('policies', [...draft.policies.values()]),
    ...unlessEmpty('oidcProviders', [...draft.oidcProviders.values()]),
    ...unlessEmpty('samlProviders', [...draft.samlProviders.values()]),
    ...unlessEmpty('groups', declared('group', draft.groups.values())),
    ...unlessEmpty('users', declared('user', draft.users.values())),
    ...unlessEmpty('roles', roles),
    ...unlessEmpty('instanceProfiles', [...draft.instanceProfiles.values()]),
  };
}
