/** Control calls on everything declared: `GET` and `PUT /_rolecall/state`. */
import { Type } from 'typebox';
import { ConfigError } from '../../config/config-error.ts';
import { sourceIp } from '../aws/aws-routes.ts';
import { ControlError, invalidBody } from './problem.ts';
import { type ControlDeps, type ControlRequest, control, strict } from './row.ts';
import { State } from './schemas.ts';

/** As much as a configuration file may hold. */
const MOST_BYTES = 32 * 1024 * 1024;

export const stateRows = [
  control({
    method: 'GET',
    path: '/state',
    summary: 'Everything declared, in the form of the configuration; no secrets of access keys unless asked for.',
    query: Type.Object({ secrets: Type.Optional(Type.Enum(['true', 'false'])) }, strict),
    answer: State,
    handle({ query, raw }, deps) {
      const secrets = query.secrets === 'true';
      if (secrets) assertMayReadSecrets(raw, deps);
      return deps.state.read({ secrets });
    },
  }),
  control({
    method: 'PUT',
    path: '/state',
    summary:
      'Replace everything declared. Sessions of before are refused from now on; a refused state changes nothing.',
    body: State,
    bodyLimit: MOST_BYTES,
    answer: Type.Object({ status: Type.Literal('ok') }),
    async handle({ body }, deps) {
      try {
        await deps.state.replace(body);
      } catch (error) {
        if (error instanceof ConfigError) throw invalidBody(error.faults);
        throw error;
      }
      return { status: 'ok' };
    },
  }),
];

/** Secrets go to whoever holds the admin token, or, where there is none, to this machine alone. */
function assertMayReadSecrets(raw: ControlRequest<unknown, unknown, unknown>['raw'], deps: ControlDeps): void {
  const peer = sourceIp(raw);
  if (deps.adminToken !== undefined || peer.startsWith('127.') || peer === '::1') return;
  throw new ControlError(403, 'secrets', 'secrets are shown to loopback peers and to holders of the admin token only');
}
