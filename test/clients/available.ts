/** Finds the clients installed on this machine, with path and version. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import stsPackage from '@aws-sdk/client-sts/package.json' with { type: 'json' };

const execute = promisify(execFile);

const { env } = process;
/** The folder in which scripts/install-clients.sh installs the Python environment. */
const clients =
  env['ROLECALL_CLIENTS_DIR'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rolecall/clients');

export const python = join(clients, 'bin/python3');
export const awsCli = join(clients, 'bin/aws');

function onPath(name: string): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, name))
    .find(file => existsSync(file));
}

/** The root of a provider mirror that contains hashicorp/aws, for any registry. */
function mirrorWithAws(): string | undefined {
  const named = env['TF_PLUGIN_DIR'];
  const usual = [
    '/opt/tf-plugins',
    join(homedir(), '.terraform.d/plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  return (named === undefined ? usual : [named]).find(
    root => existsSync(root) && readdirSync(root).some(registry => existsSync(join(root, registry, 'hashicorp/aws'))),
  );
}

/** Terraform and its AWS provider; undefined unless both are installed. */
export function findTerraform(): { readonly binary: string; readonly mirror: string } | undefined {
  const binary = onPath('terraform');
  const mirror = mirrorWithAws();
  return binary === undefined || mirror === undefined ? undefined : { binary, mirror };
}

async function firstLine(file: string, ...args: string[]): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  const { stdout } = await execute(file, args, { env: { PATH: env['PATH'], HOME: clients, CHECKPOINT_DISABLE: '1' } });
  return stdout.split('\n')[0]?.trim();
}

/** Every client with its version; undefined if it is not installed. */
export async function clientVersions(): Promise<Readonly<Record<string, string | undefined>>> {
  const terraform = findTerraform();
  return {
    'aws-sdk-js': `@aws-sdk/client-sts ${stsPackage.version} on Node ${process.versions.node}`,
    boto3: await firstLine(
      python,
      '-c',
      'import boto3, sys; print("boto3", boto3.__version__, "on Python", sys.version.split()[0])',
    ),
    'aws-cli': await firstLine(awsCli, '--version'),
    chromium: await firstLine('/usr/bin/chromium', '--version'),
    terraform: terraform && `${await firstLine(terraform.binary, 'version')}, AWS provider in ${terraform.mirror}`,
  };
}
