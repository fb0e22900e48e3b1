/** Control API calls on the declared state: `GET` and `PUT /_rolecall/state`. */
import { Type } from 'typebox';
import { ConfigError } from '../../config/config-error.ts';
import { sourceIp } from '../aws/aws-routes.ts';
import { ControlError, invalidBody } from './problem.ts';
import { type ControlDeps, type ControlRequest, defineCall, strict } from './row.ts';
import { State } from './schemas.ts';

/** Maximum size of the body in bytes: the limit of a configuration file. */
const MAX_BYTES = 32 * 1024 * 1024;

export const stateRows = [
  defineCall({
    method: 'GET',
    path: '/state',
    summary:
      'Export the declared state in the format of the configuration file. Secret access keys only with secrets=true.',
    query: Type.Object({ secrets: Type.Optional(Type.Enum(['true', 'false'])) }, strict),
    answer: State,
    handle({ query, raw }, deps) {
      const secrets = query.secrets === 'true';
      if (secrets) assertMayReadSecrets(raw, deps);
      return deps.state.read({ secrets });
    },
  }),
  defineCall({
    method: 'PUT',
    path: '/state',
    summary: 'Replace the declared state and invalidate all sessions issued before. An invalid state changes nothing.',
    body: State,
    bodyLimit: MAX_BYTES,
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

/** Allows secrets with the admin token, or, if no admin token is set, from a loopback address. Throws ControlError. */
function assertMayReadSecrets(raw: ControlRequest<unknown, unknown, unknown>['raw'], deps: ControlDeps): void {
  const peer = sourceIp(raw);
  if (deps.adminToken !== undefined || peer.startsWith('127.') || peer === '::1') return;
  throw new ControlError(403, 'secrets', 'secrets are returned only to loopback addresses or with the admin token');
}
