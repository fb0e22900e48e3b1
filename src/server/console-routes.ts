/** Serves the built files of the console under `/_rolecall/console/`; reads a file only when it is requested. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyPluginAsync } from 'fastify';
import { defined } from '../kernel/defined.ts';

/** Folders that may contain the build: next to the built server, or relative to this source file. */
const PLACES = ['./console/', '../../dist/console/'].map(place => fileURLToPath(new URL(place, import.meta.url)));

/** Content-Security-Policy: no inline scripts or styles, no other origins, no framing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

/** The encodings that the build writes for each file, the smallest first. */
const FORMS: readonly { readonly encoding?: string; readonly ending: string }[] = [
  { encoding: 'br', ending: '.br' },
  { encoding: 'gzip', ending: '.gz' },
  { ending: '' },
];

/** A build file whose name contains a hash of its content. */
const ASSET = /^assets\/[\w.-]+$/;

interface Served {
  readonly body: Buffer;
  readonly encoding?: string;
}

/** The plugin; register it with the prefix `/_rolecall/console`. `places` are folders, searched in order. */
export const consoleRoutes =
  (places: readonly string[] = PLACES): FastifyPluginAsync =>
  async app => {
    app.get('', async (_request, reply) => reply.redirect('/_rolecall/console/', 308));
    app.get<{ Params: { '*': string } }>('/*', async (request, reply) => {
      const requested = request.params['*'];
      const name = requested === '' ? 'index.html' : requested;
      const type = TYPES.get(extname(name));
      const known = type !== undefined && (name === 'index.html' || ASSET.test(name));
      const found = known ? await smallest(name, places, request.headers['accept-encoding'] ?? '') : undefined;
      if (found === undefined) {
        const built = name !== 'index.html';
        return reply
          .code(404)
          .type('text/plain; charset=utf-8')
          .send(
            built
              ? 'The console does not contain this file.\n'
              : 'The console is not built: run `npm run build:console`, then reload this page.\n',
          );
      }
      return reply
        .headers({
          'content-type': type,
          'content-security-policy': POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
          'cache-control': name === 'index.html' ? 'no-cache' : 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
          ...defined({ 'content-encoding': found.encoding }),
        })
        .send(found.body);
    });
  };

/** The file in the smallest encoding that the client accepts; undefined if the file does not exist. */
async function smallest(name: string, places: readonly string[], accepted: string): Promise<Served | undefined> {
  const taken = new Set(accepted.split(',').map(part => (part.split(';')[0] ?? '').trim().toLowerCase()));
  for (const place of places) {
    for (const { encoding, ending } of FORMS) {
      if (encoding !== undefined && !taken.has(encoding)) continue;
      const body = await fileAt(place + name + ending);
      if (body !== undefined) return encoding === undefined ? { body } : { body, encoding };
    }
  }
  return undefined;
}

async function fileAt(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
