/**
 * Starts a container and prints the milliseconds to its first successful health check: from the call of `docker run`, and from
 * the start of the process as the engine reports it. Arguments: the Docker client, the host port, then those of `docker run`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 15_000;
const [docker, port, ...run] = process.argv.slice(2);

const isHealthy = () =>
  new Promise(resolve => {
    get({ host: '127.0.0.1', port, path: '/_rolecall/health' }, answer => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });

const called = Date.now();
const child = spawn(docker, ['run', '--detach', ...run], { stdio: ['ignore', 'pipe', 'inherit'] });
let id = '';
child.stdout.setEncoding('utf8').on('data', text => {
  id += text;
});
const ended = once(child, 'close');
while (!(await isHealthy())) {
  if (Date.now() - called > LIMIT_MS) throw new Error(`no healthy answer within ${LIMIT_MS} ms`);
  await pause(5);
}
const answered = Date.now();
await ended;
const started = Date.parse(
  execFileSync(docker, ['inspect', '--format', '{{.State.StartedAt}}', id.trim()], { encoding: 'utf8' }).trim(),
);
console.log(`${answered - called} ms from docker run to healthy, ${answered - started} ms of them in the container`);
