/** Converts files of an AWS account, Terraform or CloudFormation to configuration, with a report of what was not imported. */

import { managedPolicy } from '../accounts/managed-policies.ts';
import { parseArn } from '../aws/arn.ts';
import type { AccountSettings, AccountsSettings, DocumentSetting } from '../config/accounts.ts';
import { defined } from '../kernel/defined.ts';
import { recordOf } from '../kernel/table.ts';
import { MemoryStore } from '../store/memory.ts';
import { documentSetting } from './export.ts';
import { resolvePrincipals } from './principals.ts';
import { pruneAccounts } from './prune.ts';
import { type AccountDraft, Draft, type SkippedItem, toAccountSettings } from './readers/draft.ts';
import { explainUnsupportedFormat, FORMATS } from './readers/formats.ts';
import { assignProviders } from './readers/oidc-providers.ts';
import { ImportTextError, parseDocuments } from './readers/text.ts';
import { asObject, member } from './readers/values.ts';
import { createValidationDeps } from './validation-deps.ts';

export interface ImportedFile {
  readonly name: string;
  readonly contents: string;
}

interface ImportOptions {
  /** Name of a format; default: detected by the members of each document. */
  readonly format?: string;
  /** Account of entities whose files contain no account number. */
  readonly account: string;
}

export interface Imported {
  readonly accounts: AccountsSettings;
  readonly unread: readonly SkippedItem[];
}

/** Converts files to valid accounts; reports problems with the content of a file and does not throw for them. */
export async function importFiles(files: readonly ImportedFile[], options: ImportOptions): Promise<Imported> {
  const draft = new Draft(options.account);
  for (const file of files) {
    draft.setFile(file.name);
    readFile(file, draft, options.format);
  }
  draft.setFile('');
  if (draft.pages.truncated && !draft.pages.whole) draft.skip('', LAST_PAGE_MISSING);
  assignProviders(draft);
  resolvePrincipals(draft);
  for (const [number, account] of draft.accounts) {
    settleBoundaries(number, account, draft);
    settleTags(number, account, draft);
  }
  const entries = [...draft.accounts].map(([number, account]): [string, AccountSettings] => [
    number,
    toAccountSettings(account, (path, why) => draft.skip(`account ${number}, ${path}`, why)),
  ]);
  const declared = entries.filter(([, settings]) => Object.keys(settings).length > 0);
  const { accounts, faults } = await pruneAccounts(recordOf(declared), createValidationDeps(options.account));
  for (const { path, message } of faults) draft.skip(`account ${path.split('/')[2]}`, `${message} Not imported.`);
  for (const [number, account] of Object.entries(accounts)) missingProviders(number, account, draft);
  return { accounts: withReadableDocuments(accounts), unread: draft.unread };
}

const LAST_PAGE_MISSING = 'the output of get-account-authorization-details is incomplete: add its remaining pages';

function readFile({ name, contents }: ImportedFile, draft: Draft, requested: string | undefined): void {
  let documents: readonly unknown[];
  try {
    documents = parseDocuments(contents);
  } catch (error) {
    if (!(error instanceof ImportTextError)) throw error;
    draft.skip('', error.message);
    return;
  }
  const stem = (name.split(/[\\/]/).at(-1) ?? '').replace(/\.[^.]*$/, '').replace(/[^A-Za-z0-9-]/g, '-') || 'stack';
  for (const document of documents) {
    const format = FORMATS.find(one => (requested === undefined ? one.matches(document) : one.name === requested));
    if (format !== undefined) format.read(document, draft, stem);
    else {
      const titles = FORMATS.map(one => one.title).join('; ');
      draft.skip('', explainUnsupportedFormat(document) ?? `unknown format; supported: ${titles}`);
    }
  }
}

/** Converts documents to objects where these serialize to the same text, so that the file is easy to read and edit. */
function withReadableDocuments(accounts: AccountsSettings): AccountsSettings {
  const readable = (document: DocumentSetting): DocumentSetting =>
    typeof document === 'string' ? documentSetting(document) : document;
  const withReadablePolicies = <H extends { inlinePolicies?: Record<string, DocumentSetting> }>(holder: H): H => {
    const { inlinePolicies } = holder;
    if (inlinePolicies === undefined) return holder;
    const entries = Object.entries(inlinePolicies);
    return { ...holder, inlinePolicies: recordOf(entries.map(([name, document]) => [name, readable(document)])) };
  };
  const changed = Object.entries(accounts).map(([number, settings]): [string, AccountSettings] => {
    const { policies, groups, users, roles } = settings;
    return [
      number,
      {
        ...settings,
        ...defined({
          policies: policies?.map(policy => ({
            ...policy,
            ...defined({ document: policy.document && readable(policy.document) }),
          })),
          groups: groups?.map(withReadablePolicies),
          users: users?.map(withReadablePolicies),
          roles: roles?.map(role => withReadablePolicies({ ...role, trust: readable(role.trust) })),
        }),
      },
    ];
  });
  return recordOf(changed);
}

/** Removes boundaries that are not in the files: they cannot be declared. Without it the entity has more permissions. */
function settleBoundaries(number: string, account: AccountDraft, draft: Draft): void {
  const own = new Set([...account.policies.values()].map(({ name, path = '/' }) => `policy${path}${name}`));
  for (const [entityType, holders] of [['role', account.roles] as const, ['user', account.users] as const]) {
    for (const holder of holders.values()) {
      const boundary = holder.permissionsBoundary;
      if (boundary === undefined) continue;
      const arn = parseArn(boundary);
      const isHere =
        arn?.account === number ? own.has(arn.resource) : managedPolicy(boundary, NO_POLICIES) !== undefined;
      if (isHere) continue;
      delete holder.permissionsBoundary;
      draft.skip(
        `account ${number}, ${entityType} ${holder.name}`,
        `its permissions boundary ${boundary} is not in the files; without it the ${entityType} may have more permissions than in AWS`,
      );
    }
  }
}

const NO_POLICIES = new MemoryStore();

/** Removes tags that AWS services set on their resources, such as `aws:cloudformation:stack-name`: the prefix is reserved. */
function settleTags(number: string, account: AccountDraft, draft: Draft): void {
  const { policies, oidcProviders, samlProviders, users, roles, instanceProfiles } = account;
  const tables: readonly Map<string, { tags?: Readonly<Record<string, string>> }>[] = [
    policies,
    oidcProviders,
    samlProviders,
    users,
    roles,
    instanceProfiles,
  ];
  const removed = new Set<string>();
  for (const table of tables) {
    for (const [key, entity] of table) {
      const reserved = Object.keys(entity.tags ?? {}).filter(name => name.toLowerCase().startsWith('aws:'));
      if (reserved.length === 0) continue;
      const kept = Object.entries(entity.tags ?? {}).filter(([name]) => !reserved.includes(name));
      table.set(key, { ...entity, tags: recordOf(kept) });
      for (const name of reserved) removed.add(name);
    }
  }
  if (removed.size === 0) return;
  const names = [...removed].sort().join(', ');
  draft.skip(`account ${number}`, `tags that only AWS services may set were not imported: ${names}`);
}

/** Reports OIDC providers that roles trust but no file contains: no token can assume these roles. */
function missingProviders(number: string, { oidcProviders = [], roles = [] }: AccountSettings, draft: Draft): void {
  const here = new Set(oidcProviders.map(({ url }) => `oidc-provider/${url.replace(/^https?:\/\//, '')}`));
  const missing = new Map<string, string[]>();
  for (const { name, trust } of roles) {
    for (const arn of federatedOf(trust)) {
      const parsed = parseArn(arn);
      if (parsed?.account !== number || !parsed.resource.startsWith('oidc-provider/') || here.has(parsed.resource))
        continue;
      missing.set(arn, [...(missing.get(arn) ?? []), name]);
    }
  }
  for (const [arn, names] of missing) {
    const shown = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    draft.skip(
      `account ${number}, OIDC provider ${arn}`,
      `trusted by ${shown}, but not in the files: add the output of get-open-id-connect-provider`,
    );
  }
}

function federatedOf(trust: unknown): string[] {
  const document: unknown = typeof trust === 'string' ? JSON.parse(trust) : trust;
  const statements = [member(document, 'Statement')].flat();
  return statements.flatMap(statement => {
    const federated = member(asObject(member(statement, 'Principal')), 'Federated');
    return [federated].flat().filter(name => typeof name === 'string');
  });
}
