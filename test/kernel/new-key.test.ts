/** New keys have the requested type and can be exported while their generation jobs are garbage-collected. */
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { newEcKey, newRsaKey } from '../../src/kernel/new-key.ts';

it('creates private keys of the requested type', async () => {
  expect((await newRsaKey(3072)).asymmetricKeyDetails).toMatchObject({ modulusLength: 3072, publicExponent: 65537n });
  expect(newEcKey('P-384').asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
  expect(newEcKey('P-256').type).toBe('private');
});

it('does not deadlock when a key is exported while its job is garbage-collected', async () => {
  const bundle = await rolldown({
    input: new URL('../../src/kernel/new-key.ts', import.meta.url).pathname,
    platform: 'node',
  });
  const { output } = await bundle.generate({ format: 'esm' });
  const script = `${output[0].code}
    import { createPublicKey } from 'node:crypto';
    for (let made = 0; made < 500; made++) {
      const key = newEcKey('P-256');
      for (let written = 0; written < 20; written++) createPublicKey(key).export({ format: 'jwk' });
    }
    console.log('made');`;
  // A small young generation is collected often; generateKeyPairSync deadlocks within some hundred keys.
  const args = ['--max-semi-space-size=1', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 25_000 });
  expect(stdout).toBe('made\n');
});

it('creates keys with a matching public key', () => {
  const key = newEcKey('P-256');
  const { x, d } = key.export({ format: 'jwk' });
  expect(d).toBeDefined();
  expect(createPublicKey(key).export({ format: 'jwk' })).toMatchObject({ kty: 'EC', crv: 'P-256', x });
});
