/** Control API calls on injected faults: `/_rolecall/faults`. */
import { Type } from 'typebox';
import { FaultDeclaration } from '../faults/declaration.ts';
import { ControlError } from './problem.ts';
import { defineCall, strict } from './row.ts';

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
    body: FaultDeclaration,
    answer: Fault,
    handle: ({ body }, { faults }) => faults.add(body),
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
