/** Control calls on issuers and their tokens: `/_rolecall/issuers`, `/_rolecall/tokens`. */
import { Type } from 'typebox';
import { IssuerSettings } from '../../config/issuers.ts';
import { nearest } from '../../kernel/text.ts';
import { ControlError } from './problem.ts';
import { type ControlDeps, control, Id, strict } from './row.ts';

const Members = Type.Record(Type.String(), Type.Unknown());

const TokenRequest = Type.Object(
  {
    issuer: Type.String({ description: 'Id of a hosted issuer (github-actions).' }),
    claims: Type.Optional(Members),
    audience: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 100 })])),
    expiresIn: Type.Optional(Type.Number({ description: 'Seconds from iat to exp.' })),
    headers: Type.Optional(Members),
    removeClaims: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })),
    faults: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })),
  },
  strict,
);

const TokenAnswer = Type.Object({
  token: Type.String(),
  header: Members,
  claims: Members,
  issuer: Type.String({ description: 'The iss.' }),
  expiresAt: Type.String({ description: 'ISO 8601, from exp.' }),
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
  throw new ControlError(404, 'unknown-issuer', `no issuer has the id "${id}"`, {
    path: '/id',
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

export const issuerRows = [
  control({
    method: 'POST',
    path: '/tokens',
    summary: 'Mint a token.',
    body: TokenRequest,
    answer: TokenAnswer,
    async handle({ body }, { idp, metrics }) {
      const minted = await idp.mint(body);
      metrics.minted();
      return minted;
    },
  }),
  control({
    method: 'GET',
    path: '/tokens/:issuer',
    summary: 'Mint a token and answer it bare; `aud` is the audience, every other parameter a claim.',
    params: Type.Object({ issuer: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
    query: Type.Object({ aud: Type.Optional(Type.String()) }, { additionalProperties: true }),
    produces: 'text/plain',
    async handle({ params, query, reply }, { idp, metrics }) {
      const { token } = await idp.mint(idp.requestFromQuery(params.issuer, query));
      metrics.minted();
      return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(token);
    },
  }),
  control({
    method: 'GET',
    path: '/issuers',
    summary: 'Every issuer.',
    answer: Type.Object({ issuers: Type.Array(Issuer) }),
    handle: (_, { idp }) => ({ issuers: idp.registry.list() }),
  }),
  control({
    method: 'GET',
    path: '/issuers/:id',
    summary: 'One issuer.',
    params: Id,
    answer: Issuer,
    handle: ({ params }, deps) => issuerNamed(params.id, deps),
  }),
  control({
    method: 'PUT',
    path: '/issuers/:id',
    summary: 'Declare or replace an issuer: hosted, pinned or fetched.',
    params: Id,
    body: IssuerSettings,
    answer: Issuer,
    handle: ({ params, body }, { idp }) => idp.registry.put(params.id, body),
  }),
  control({
    method: 'DELETE',
    path: '/issuers/:id',
    summary: 'Forget a declared issuer; a preset goes back to how it came.',
    params: Id,
    async handle({ params, reply }, deps) {
      issuerNamed(params.id, deps);
      deps.idp.registry.remove(params.id);
      return reply.code(204).send();
    },
  }),
  control({
    method: 'POST',
    path: '/issuers/:id/keys/rotate',
    summary: 'Sign with a new key from now on.',
    params: Id,
    body: Type.Optional(
      Type.Object(
        {
          keepOld: Type.Optional(Type.Boolean({ default: true })),
          publishIn: Type.Optional(Type.Number({ minimum: 0, description: 'Seconds until the new key is published.' })),
          withdrawOldIn: Type.Optional(
            Type.Number({ minimum: 0, description: 'Seconds until the old keys are withdrawn.' }),
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
