/** Runs Terraform in a separate folder, with the AWS provider from a mirror on this machine and Rolecall as endpoint. */
import { appendFile, copyFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { findTerraform } from './available.ts';
import { type Ended, inFolder, run } from './run.ts';

const terraform = findTerraform();

/** The folder for transcripts of Terraform's output, one per workspace; undefined: none are written. */
const transcripts = process.env['ROLECALL_TRANSCRIPTS'];

/** Suffix of a suite's name; empty if Terraform is installed. */
export const absent = terraform === undefined ? ' (absent: terraform or its AWS provider is not on this machine)' : '';

/** The exit code of `plan -detailed-exitcode` for a plan with changes. */
export const CHANGES = 2;

/** Values of variables; lists and objects are passed as JSON. */
export type Variables = Readonly<Record<string, unknown>>;

export interface Terraform {
  /** Runs any command until it exits. */
  call(...args: readonly string[]): Promise<Ended>;
  /** Runs a command that must succeed; returns its output. */
  done(...args: readonly string[]): Promise<string>;
  apply(variables?: Variables): Promise<string>;
  /** Exit code of `plan -detailed-exitcode`: 0 no changes, 2 changes. Any other code fails the test. */
  plan(variables?: Variables): Promise<number>;
  import(address: string, id: string, variables?: Variables): Promise<void>;
  destroy(variables?: Variables): Promise<string>;
  output(name: string): Promise<string>;
  /** Every output by name, including sensitive ones. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
}

/** Runs `use` in a new folder that contains the given files and is initialized. */
export const inWorkspace = <T>(
  url: string,
  files: readonly string[],
  use: (terraform: Terraform, folder: string) => Promise<T>,
): Promise<T> =>
  inFolder(async folder => {
    for (const file of files) await copyFile(file, join(folder, basename(file)));
    const settings = join(folder, 'terraform.rc');
    const mirror = JSON.stringify(terraform?.mirror);
    await writeFile(settings, `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
    const title = files.map(file => basename(dirname(file))).at(-1) ?? 'workspace';
    const workspace = terraformIn(folder, settings, url, title);
    await workspace.done('init', '-no-color');
    return use(workspace, folder);
  });

function terraformIn(folder: string, settings: string, url: string, title: string): Terraform {
  const call = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await run(String(terraform?.binary), args, {
      cwd: folder,
      env: {
        HOME: folder,
        TF_CLI_CONFIG_FILE: settings,
        TF_IN_AUTOMATION: '1',
        TF_INPUT: '0',
        CHECKPOINT_DISABLE: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
        // The provider reads its large schemas at each start; with less garbage collection that takes a quarter less time.
        GOGC: '300',
        TF_VAR_endpoint: url,
      },
    });
    if (transcripts !== undefined) {
      const sensitive = args[0] === 'output';
      const text = `$ terraform ${args.join(' ')}\n${sensitive ? '' : ended.stdout}${ended.stderr}(exit code ${ended.code})\n\n`;
      await appendFile(join(transcripts, `${title}.txt`), text);
    }
    return ended;
  };
  const done = async (...args: readonly string[]): Promise<string> => {
    const ended = await call(...args);
    expect(ended, `terraform ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`).toMatchObject({ code: 0 });
    return ended.stdout;
  };
  return {
    call,
    done,
    apply: variables => done('apply', '-no-color', '-auto-approve', ...flags(variables)),
    async plan(variables) {
      const ended = await call('plan', '-no-color', '-detailed-exitcode', ...flags(variables));
      expect([0, CHANGES], `${ended.stdout}\n${ended.stderr}`).toContain(ended.code);
      return ended.code;
    },
    async import(address, id, variables) {
      await done('state', 'rm', address);
      await done('import', '-no-color', ...flags(variables), address, id);
    },
    destroy: variables => done('destroy', '-no-color', '-auto-approve', ...flags(variables)),
    output: async name => (await done('output', '-raw', name)).trim(),
    async outputs() {
      const shown: Record<string, { readonly value: unknown }> = JSON.parse(await done('output', '-json'));
      return Object.fromEntries(Object.entries(shown).map(([name, { value }]) => [name, value]));
    },
  };
}

const flags = (variables: Variables = {}): string[] =>
  Object.entries(variables).flatMap(([name, value]) => [
    '-var',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
