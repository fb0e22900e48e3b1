/** Issuer settings and mint requests: one schema, and the same error at every place where they enter. */
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import type { IssuerSettings } from '../../src/config/issuers.ts';
import { resolveConfig } from '../../src/config/load.ts';
import type { MintRequest } from '../../src/config/mint-request.ts';
import { startRolecall } from '../../src/index.ts';

const rolecall = await startRolecall();
afterAll(() => rolecall.close());

interface Found {
  readonly path: unknown;
  readonly message: string;
  readonly suggestion: unknown;
}

async function control(method: string, path: string, body: unknown): Promise<Found> {
  const answer = await fetch(`${rolecall.url}/_rolecall${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const problem = (await answer.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ status: 400, code: 'invalid-request' });
  return { path: problem['path'], message: String(problem['detail']), suggestion: problem['suggestion'] };
}

async function thrown(call: () => unknown): Promise<Found> {
  const error = await Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (reason: unknown) => reason as Error & Record<string, unknown>,
    );
  expect(error).toMatchObject({ status: 400, code: 'invalid-request' });
  return { path: error?.['path'], message: String(error?.message), suggestion: error?.['suggestion'] };
}

function configured(issuers: unknown): Found {
  try {
    resolveConfig({ issuers });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [fault] = error.faults;
    return { path: fault?.path, message: `${fault?.path}: ${fault?.message}`, suggestion: fault?.suggestion };
  }
  throw new Error('the configuration is accepted');
}

describe('issuer settings', () => {
  it.each<[string, unknown, string, string, string | undefined]>([
    ['an unknown member', { presets: 'x' }, '/presets', 'unknown key "presets"; did you mean "preset"?', 'preset'],
    [
      'a wrong flag',
      { issuer: 'https://x.test', allowPrivateNetwork: 'yes' },
      '/allowPrivateNetwork',
      'must be boolean',
      undefined,
    ],
    ['a wrong open', { preset: 'fly', open: 'yes' }, '/open', 'must be boolean', undefined],
    [
      'an unknown source',
      { source: 'remot' },
      '/source',
      'must be one of hosted, pinned, remote; did you mean "remote"?',
      'remote',
    ],
    ['a key set without keys', { issuer: 'https://x.test', jwks: {} }, '/jwks/keys', '"keys" is required', undefined],
    [
      'a key that is no object',
      { issuer: 'https://x.test', jwks: { keys: ['x'] } },
      '/jwks/keys/0',
      'must be object',
      undefined,
    ],
    [
      'an empty parameter',
      { preset: 'okta', parameters: { okta_domain: '' } },
      '/parameters/okta_domain',
      'must not have fewer than 1 characters',
      undefined,
    ],
    ['an empty iss', { issuer: '' }, '/issuer', 'must not have fewer than 1 characters', undefined],
    ['a client without an ID', { clients: [{}] }, '/clients/0/clientId', '"clientId" is required', undefined],
    ['no object', [], '', 'must be object', undefined],
  ])('%s', async (_what, settings, path, sentence, suggestion) => {
    const own = { path, message: `${path === '' ? 'the body' : path}: ${sentence}`, suggestion };
    const below = { path: `/issuers/x${path}`, message: `/issuers/x${path}: ${sentence}`, suggestion };
    expect(await control('PUT', '/issuers/x', settings)).toEqual(own);
    expect(await thrown(() => rolecall.issuers.put('x', settings as IssuerSettings))).toEqual(own);
    expect(await control('PUT', '/state', { issuers: { x: settings } })).toEqual(below);
    expect(configured({ x: settings })).toEqual(below);
  });
});

describe('mint requests', () => {
  it.each<[string, unknown, string, string, string | undefined]>([
    ['no issuer', {}, '/issuer', '"issuer" is required', undefined],
    ['an issuer that is no text', { issuer: 7 }, '/issuer', 'must be string', undefined],
    [
      'an unknown member',
      { issuer: 'custom', audiences: 'x' },
      '/audiences',
      'unknown key "audiences"; did you mean "audience"?',
      'audience',
    ],
    ['claims that are no object', { issuer: 'custom', claims: [] }, '/claims', 'must be object', undefined],
    ['a fraction of a second', { issuer: 'custom', expiresIn: 1.5 }, '/expiresIn', 'must be integer', undefined],
    [
      'a lifetime beyond dates',
      { issuer: 'custom', expiresIn: 1e12 },
      '/expiresIn',
      'must be <= 6324480000',
      undefined,
    ],
    ['a defect that is no text', { issuer: 'custom', faults: [1] }, '/faults/0', 'must be string', undefined],
  ])('%s', async (_what, request, path, sentence, suggestion) => {
    const found = { path, message: `${path}: ${sentence}`, suggestion };
    expect(await control('POST', '/tokens', request)).toEqual(found);
    expect(await thrown(() => rolecall.mint(request as MintRequest))).toEqual(found);
  });
});
