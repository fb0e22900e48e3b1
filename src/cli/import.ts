/** `rolecall import`: converts files of an AWS account, Terraform or CloudFormation to configuration, with a report. */
import { basename } from 'node:path';
import type { AccountsSettings } from '../config/accounts.ts';
import { recordOf, table } from '../kernel/table.ts';
import { type Imported, importFiles } from '../seed/import.ts';
import { writeConfiguration } from './configuration-text.ts';
import { CommandError, colorize, print, readText } from './output.ts';

interface ImportOptions {
  readonly format?: string;
  readonly account: string;
  readonly output?: string;
  readonly json?: boolean;
}

export async function importCommand(files: readonly string[], options: ImportOptions): Promise<void> {
  if (!/^\d{12}$/.test(options.account)) throw new CommandError('--account must be a 12-digit account number');
  const read = files.map(file => ({ name: file === '-' ? 'stdin' : file, contents: readText(file) }));
  const imported = await importFiles(
    read.map(file => ({ ...file, name: basename(file.name) })),
    options,
  );
  const counts = countsOf(imported.accounts);
  const { output, json } = options;
  if (json === true) {
    if (output !== undefined) writeConfiguration({ accounts: imported.accounts }, output);
    const configuration = output === undefined ? { configuration: { accounts: imported.accounts } } : {};
    print(JSON.stringify({ ...configuration, read: counts, unread: imported.unread }, null, 2));
  } else {
    writeConfiguration({ accounts: imported.accounts }, output);
    process.stderr.write(`${reportLines(counts, imported).join('\n')}\n`);
  }
  process.exitCode = Object.keys(counts).length === 0 ? 1 : 0;
}

/** Entities by kind, over all accounts. */
function countsOf(accounts: AccountsSettings): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const settings of Object.values(accounts)) {
    for (const [kind, entities] of Object.entries(settings)) {
      if (Array.isArray(entities)) counts.set(kind, (counts.get(kind) ?? 0) + entities.length);
    }
  }
  return recordOf(counts);
}

const TITLES: Readonly<Record<string, string>> = table({
  policies: 'customer managed policies',
  oidcProviders: 'OIDC providers',
  samlProviders: 'SAML providers',
  groups: 'groups',
  users: 'users',
  roles: 'roles',
  instanceProfiles: 'instance profiles',
});

function reportLines(counts: Readonly<Record<string, number>>, { unread }: Imported): string[] {
  const read = Object.entries(counts).map(([kind, count]) => `${TITLES[kind] ?? kind} ${count}`);
  const lines = [`imported: ${read.length === 0 ? 'nothing' : read.join(', ')}`];
  if (unread.length === 0) return [...lines, 'not imported: nothing'];
  lines.push(colorize('yellow', `not imported, or changed (${unread.length}):`));
  for (const { file, path, why } of unread) {
    const place = [file, path].filter(part => part !== '').join(' ');
    lines.push(`  ${place === '' ? '' : `${place}: `}${why}`);
  }
  return lines;
}
