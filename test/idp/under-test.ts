/** The issuers under test: a frozen clock, a seeded random source, a known secret, and fastify with the routes. */
import Fastify, { type FastifyInstance } from 'fastify';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyResult, jwtVerify } from 'jose';
import { createIdp, type IdpDeps } from '../../src/idp/idp.ts';
import type { Idp, Minted } from '../../src/idp/types.ts';
import { MovableClock } from '../../src/kernel/clock.ts';
import { createRandomSource } from '../../src/kernel/random.ts';
import { createSealer } from '../../src/kernel/seal.ts';
import { issuerCertificate } from '../../src/server/tls/certificate.ts';

/** 2026-01-01T00:00:00Z, the time to which the reference samples are relative. */
export const NOW = Date.UTC(2026, 0, 1);
export const IAT = NOW / 1000;

export interface UnderTest {
  readonly idp: Idp;
  readonly clock: MovableClock;
}

export function idpUnderTest(deps: Partial<IdpDeps> = {}): UnderTest {
  const clock = new MovableClock();
  clock.set(NOW);
  clock.freeze(true);
  const onError = (error: unknown): void => {
    throw error;
  };
  return {
    clock,
    idp: createIdp({
      clock,
      random: createRandomSource('seed'),
      sealer: createSealer('secret'),
      onError,
      certify: async content => issuerCertificate(content),
      ...deps,
    }),
  };
}

export async function appUnderTest(idp: Idp): Promise<FastifyInstance> {
  const app = Fastify();
  await app.register(idp.routes);
  return app;
}

/** Verifies with jose against the published keys of the issuer that minted. */
export async function verified(idp: Idp, id: string, minted: Minted): Promise<JWTVerifyResult> {
  const keys = createLocalJWKSet(structuredClone(await idp.registry.jwks(id)) as JSONWebKeySet);
  return jwtVerify(minted.token, keys, { currentDate: new Date(NOW) });
}
