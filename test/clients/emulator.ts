/** Rolecall as its users run it: a process of its own from dist/, on a free port, stopped by its process id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const START_MS = 30_000;

export interface TokenRequest {
  readonly issuer?: string;
  readonly audience?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Emulator {
  readonly url: string;
  /** A control call; rejects with the answer's text unless it succeeds. */
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** A token of GitHub Actions for octo-org/octo-repo on main, unless told otherwise. */
  mint(request?: TokenRequest): Promise<string>;
}

/** Runs `use` with an emulator of its own. Rejects, with what the process said, when it does not start or does not stop. */
export async function withRolecall<T>(use: (rolecall: Emulator) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [cli, 'start', '--port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  const exited = once(server, 'exit');
  const said: string[] = [];
  server.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      server.kill('SIGKILL');
      reject(new Error(`Rolecall told no address within ${START_MS} ms: ${said.join('')}`));
    }, START_MS);
    createInterface({ input: server.stdout }).on('line', line => {
      said.push(`${line}\n`);
      const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    });
    server.once('exit', code => {
      clearTimeout(late);
      reject(new Error(`Rolecall ended with exit code ${code}: ${said.join('')}`));
    });
  });
  const used = use(emulatorAt(url));
  await Promise.allSettled([used]);
  server.kill('SIGTERM');
  const [code] = await exited;
  const result = await used;
  if (code !== 0) throw new Error(`SIGTERM ended Rolecall with exit code ${code}: ${said.join('')}`);
  return result;
}

function emulatorAt(url: string): Emulator {
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
