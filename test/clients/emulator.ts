/** Runs Rolecall as users do: as a separate process from dist/, on a free port, stopped by its process id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const START_MS = 30_000;

export interface TokenRequest {
  readonly issuer?: string;
  readonly audience?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Emulator {
  readonly url: string;
  /** The HTTPS address, with `--tls`. */
  readonly secureUrl: string | undefined;
  /** A control API call; rejects with the reply's text unless it succeeds. */
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Mints a token. Default: GitHub Actions for octo-org/octo-repo on main. */
  mint(request?: TokenRequest): Promise<string>;
}

/** Runs `use` with a new emulator, started with the given flags. Rejects with the process's output if it does not start or stop. */
export async function withRolecall<T>(
  use: (rolecall: Emulator) => Promise<T>,
  ...flags: readonly string[]
): Promise<T> {
  const server = spawn(process.execPath, [cli, 'start', '--port', '0', '--log-level', 'error', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(server, 'exit');
  const output: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const withTls = flags.includes('--tls-port');
  const { url, secureUrl } = await new Promise<Pick<Emulator, 'url' | 'secureUrl'>>((resolve, reject) => {
    let url: string | undefined;
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      reject(new Error(`Rolecall printed no address within ${START_MS} ms: ${output.join('')}`));
    }, START_MS);
    createInterface({ input: server.stdout }).on('line', line => {
      output.push(`${line}\n`);
      url ??= /listening on (http:\/\/\S+)/.exec(line)?.[1];
      const secureUrl = /and on (https:\/\/[^\s;]+)/.exec(line)?.[1];
      if (url === undefined || (withTls && secureUrl === undefined)) return;
      clearTimeout(timer);
      resolve({ url, secureUrl });
    });
    server.once('exit', code => {
      clearTimeout(timer);
      reject(new Error(`Rolecall exited with code ${code}: ${output.join('')}`));
    });
  });
  const used = use(emulatorAt(url, secureUrl));
  await Promise.allSettled([used]);
  server.kill('SIGTERM');
  const [code] = await exited;
  const result = await used;
  if (code !== 0) throw new Error(`after SIGTERM, Rolecall exited with code ${code}: ${output.join('')}`);
  return result;
}

function emulatorAt(url: string, secureUrl: string | undefined): Emulator {
  async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(`${url}/_rolecall${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
  return {
    url,
    secureUrl,
    control,
    async mint({ issuer = 'github-actions', audience = 'sts.amazonaws.com', claims = {} } = {}) {
      const minted = await control('POST', '/tokens', {
        issuer,
        audience,
        claims: issuer === 'github-actions' ? { repository: 'octo-org/octo-repo', ...claims } : claims,
      });
      return String(minted['token']);
    },
  };
}
