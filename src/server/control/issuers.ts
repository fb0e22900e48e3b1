/** Control API calls on issuers and their tokens: `/_rolecall/issuers`, `/_rolecall/tokens`. */
import { Type } from 'typebox';
import { IssuerSettings } from '../../config/issuers.ts';
import { MintRequest } from '../../config/mint-request.ts';
import { defined } from '../../kernel/defined.ts';
import { nearest } from '../../kernel/text.ts';
import { ControlError } from './problem.ts';
import { type ControlDeps, defineCall, Id, strict } from './row.ts';

const Members = Type.Record(Type.String(), Type.Unknown());

const TokenAnswer = Type.Object({
  token: Type.String(),
  header: Members,
  claims: Members,
  issuer: Type.String({ description: 'The iss claim.' }),
  expiresAt: Type.String({ description: 'Expiration time (exp), ISO 8601.' }),
});

const KeySet = Type.Object({ keys: Type.Array(Members) });
const Issuer = Type.Object(
  { id: Type.String(), source: Type.String(), issuer: Type.String() },
  { additionalProperties: true },
);

function issuerNamed(id: string, { idp: { registry } }: ControlDeps) {
  const issuer = registry.get(id);
  if (issuer !== undefined) return issuer;
  const known = registry.list().map(other => other.id);
  const suggestion = nearest(id, known);
  throw new ControlError(404, 'unknown-issuer', `unknown issuer "${id}"`, {
    path: '/id',
    ...defined({ suggestion }),
  });
}

export const issuerRows = [
  defineCall({
    method: 'POST',
    path: '/tokens',
    summary: 'Mint a token.',
    body: MintRequest,
    answer: TokenAnswer,
    async handle({ body }, { idp, metrics }) {
      const minted = await idp.mint(body);
      metrics.minted();
      return minted;
    },
  }),
  defineCall({
    method: 'GET',
    path: '/tokens/:issuer',
    summary: 'Mint a token and return it as plain text. `aud` sets the audience, any other parameter sets a claim.',
    params: Type.Object({ issuer: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
    query: Type.Object({ aud: Type.Optional(Type.String()) }, { additionalProperties: true }),
    produces: 'text/plain',
    async handle({ params, query, reply }, { idp, metrics }) {
      const { token } = await idp.mint(idp.requestFromQuery(params.issuer, query));
      metrics.minted();
      return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(token);
    },
  }),
  defineCall({
    method: 'GET',
    path: '/issuers',
    summary: 'List all issuers.',
    answer: Type.Object({ issuers: Type.Array(Issuer) }),
    handle: (_, { idp }) => ({ issuers: idp.registry.list() }),
  }),
  defineCall({
    method: 'GET',
    path: '/issuers/:id',
    summary: 'Get an issuer.',
    params: Id,
    answer: Issuer,
    handle: ({ params }, deps) => issuerNamed(params.id, deps),
  }),
  defineCall({
    method: 'PUT',
    path: '/issuers/:id',
    summary: 'Create or replace an issuer: hosted, pinned keys, or fetched keys.',
    params: Id,
    body: IssuerSettings,
    answer: Issuer,
    handle: ({ params, body }, { idp }) => idp.registry.put(params.id, body),
  }),
  defineCall({
    method: 'DELETE',
    path: '/issuers/:id',
    summary: 'Remove a declared issuer. A preset returns to its default settings.',
    params: Id,
    async handle({ params, reply }, deps) {
      issuerNamed(params.id, deps);
      deps.idp.registry.remove(params.id);
      return reply.code(204).send();
    },
  }),
  defineCall({
    method: 'POST',
    path: '/issuers/:id/keys/rotate',
    summary: 'Rotate the keys: new tokens are signed with a new key.',
    params: Id,
    body: Type.Optional(
      Type.Object(
        {
          keepOld: Type.Optional(Type.Boolean({ default: true })),
          publishIn: Type.Optional(
            Type.Number({ minimum: 0, description: 'Seconds until the new key is in the JWKS.' }),
          ),
          withdrawOldIn: Type.Optional(
            Type.Number({ minimum: 0, description: 'Seconds until the old keys are removed from the JWKS.' }),
          ),
        },
        strict,
      ),
    ),
    answer: KeySet,
    handle({ params, body }, deps) {
      issuerNamed(params.id, deps);
      return deps.idp.registry.rotate(params.id, body ?? {});
    },
  }),
];
