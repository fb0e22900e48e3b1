/** The console's files: types, encodings, Content-Security-Policy, and no files outside its folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { consoleRoutes } from '../../src/server/console-routes.ts';

const folder = mkdtempSync(join(tmpdir(), 'rolecall-console-'));
mkdirSync(join(folder, 'built/assets'), { recursive: true });
writeFileSync(join(folder, 'secret.js'), 'secret');
writeFileSync(join(folder, 'built/index.html'), '<!doctype html>');
writeFileSync(join(folder, 'built/assets/app-1.js'), 'let a;');
writeFileSync(join(folder, 'built/assets/app-1.js.gz'), gzipSync('let a;'));

async function appWith(place: string) {
  const app = Fastify();
  await app.register(consoleRoutes([`${join(folder, place)}/`]), { prefix: '/_rolecall/console' });
  return app;
}
const app = await appWith('built');
const empty = await appWith('nothing');
afterAll(async () => {
  await app.close();
  await empty.close();
  rmSync(folder, { recursive: true });
});

describe('console files', () => {
  it('the page has no inline scripts and is not cached', async () => {
    const { statusCode, headers, body } = await app.inject('/_rolecall/console/');
    expect([statusCode, body]).toEqual([200, '<!doctype html>']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });

  it('a hashed file is compressed if the client accepts it, and is cached', async () => {
    const url = '/_rolecall/console/assets/app-1.js';
    const plain = await app.inject(url);
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.body).toBe('let a;');
    const packed = await app.inject({ url, headers: { 'accept-encoding': 'br;q=1, GZIP' } });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(packed.rawPayload).toEqual(gzipSync('let a;'));
  });

  it.each([
    '/_rolecall/console/../secret.js',
    '/_rolecall/console/assets/../../secret.js',
    '/_rolecall/console/assets/..%2f..%2fsecret.js',
    '/_rolecall/console/%2e%2e/secret.js',
    '/_rolecall/console/assets/..%5c..%5csecret.js',
    '/_rolecall/console/assets/app-1.js.gz',
    '/_rolecall/console/assets/absent.js',
    '/_rolecall/console/index.html.br',
  ])('%s is not served', async url => {
    const { statusCode, body } = await app.inject(url);
    expect(statusCode).toBe(404);
    expect(body).not.toContain('secret\n');
  });

  it('the URL without a slash redirects to the one with it', async () => {
    const { statusCode, headers } = await app.inject('/_rolecall/console');
    expect([statusCode, headers.location]).toEqual([308, '/_rolecall/console/']);
  });

  it('reports that the console is not built', async () => {
    const { statusCode, body } = await empty.inject('/_rolecall/console/');
    expect([statusCode, body]).toEqual([
      404,
      'The console is not built: run `npm run build:console`, then reload this page.\n',
    ]);
  });
});
