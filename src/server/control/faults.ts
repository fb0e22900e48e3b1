/** Control API calls on injected faults: `/_rolecall/faults`. */
import { Type } from 'typebox';
import { defined } from '../../kernel/defined.ts';
import { nearest } from '../../kernel/text.ts';
import { KNOWN_ERRORS, MAX_FAULTS } from '../injected-faults.ts';
import { ControlError } from './problem.ts';
import { defineCall, strict } from './row.ts';

const Match = Type.Object(
  {
    action: Type.Optional(Type.String({ minLength: 1, description: 'An AWS operation (AssumeRole, sts:AssumeRole).' })),
    issuer: Type.Optional(Type.String({ minLength: 1, description: 'ID of an issuer.' })),
  },
  strict,
);

const Respond = Type.Object(
  {
    error: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        pattern: '^[A-Za-z][A-Za-z0-9.]*$',
        description: 'Code of an AWS error (Throttling, IDPCommunicationError, …).',
      }),
    ),
    message: Type.Optional(Type.String({ maxLength: 1000 })),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    drop: Type.Optional(Type.Boolean({ description: 'Close the connection without a response.' })),
  },
  { ...strict, minProperties: 1 },
);

const Declaration = Type.Object(
  {
    match: Match,
    respond: Respond,
    times: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'How many requests it applies to. By default it applies until it is deleted.',
      }),
    ),
  },
  strict,
);

const Fault = Type.Object({ id: Type.String(), hits: Type.Integer() }, { additionalProperties: true });

export const faultRows = [
  defineCall({
    method: 'GET',
    path: '/faults',
    summary: 'List the injected faults, in the order in which they are matched.',
    answer: Type.Object({ faults: Type.Array(Fault) }),
    handle: (_, { faults }) => ({ faults: faults.list() }),
  }),
  defineCall({
    method: 'POST',
    path: '/faults',
    summary: 'Inject a fault: matching calls get an AWS error, a status, a delay or a dropped connection.',
    body: Declaration,
    answer: Fault,
    handle({ body }, { faults, idp, operations }) {
      const { action, issuer } = body.match;
      const operation = action?.slice(action.indexOf(':') + 1);
      if (operation !== undefined && !operations.includes(operation)) {
        const suggestion = nearest(operation, operations);
        throw new ControlError(400, 'unknown-action', `unknown AWS operation "${operation}"`, {
          path: '/match/action',
          ...defined({ suggestion }),
        });
      }
      if (issuer !== undefined && idp.registry.get(issuer) === undefined) {
        const suggestion = nearest(
          issuer,
          idp.registry.list().map(({ id }) => id),
        );
        throw new ControlError(400, 'unknown-issuer', `unknown issuer "${issuer}"`, {
          path: '/match/issuer',
          ...defined({ suggestion }),
        });
      }
      const { error, status } = body.respond;
      if (error !== undefined && !KNOWN_ERRORS.has(error) && status === undefined) {
        const suggestion = nearest(error, KNOWN_ERRORS.keys());
        throw new ControlError(400, 'unknown-error', `unknown error code "${error}"; to use it, also set status`, {
          path: '/respond/error',
          ...defined({ suggestion }),
        });
      }
      if (faults.list().length >= MAX_FAULTS) {
        throw new ControlError(
          409,
          'too-many-faults',
          `${MAX_FAULTS} injected faults already exist; delete some first`,
        );
      }
      return faults.add(body);
    },
  }),
  defineCall({
    method: 'DELETE',
    path: '/faults',
    summary: 'Remove all injected faults.',
    async handle({ reply }, { faults }) {
      faults.clear();
      return reply.code(204).send();
    },
  }),
  defineCall({
    method: 'DELETE',
    path: '/faults/:id',
    summary: 'Remove an injected fault.',
    params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
    async handle({ params, reply }, { faults }) {
      if (!faults.remove(params.id))
        throw new ControlError(404, 'unknown-fault', `unknown injected fault "${params.id}"`, { path: '/id' });
      return reply.code(204).send();
    },
  }),
];
