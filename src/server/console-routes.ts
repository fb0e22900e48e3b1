/** Serves the console's built files under `/_rolecall/console/`; reads one when it is first asked for, and no sooner. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyPluginAsync } from 'fastify';

/** Where the build is, seen from src/server as from dist/server. */
const BUILT = fileURLToPath(new URL('../../dist/console/', import.meta.url));

/** No inline script or style, nothing from elsewhere, no frame around it. */
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

/** What the build writes beside each file, the smallest first. */
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

/** A file of the build: the page, or one whose name holds a hash of what it contains. */
const ASSET = /^assets\/[\w.-]+$/;

interface Served {
  readonly body: Buffer;
  readonly encoding?: string;
}

/** The plugin; register it with the prefix `/_rolecall/console`. `folder` is for tests. */
export const consoleRoutes =
  (folder = BUILT): FastifyPluginAsync =>
  async app => {
    app.get('', async (_request, reply) => reply.redirect('/_rolecall/console/', 308));
    app.get<{ Params: { '*': string } }>('/*', async (request, reply) => {
      const asked = request.params['*'];
      const name = asked === '' ? 'index.html' : asked;
      const type = TYPES.get(extname(name));
      const known = type !== undefined && (name === 'index.html' || ASSET.test(name));
      const found = known ? await smallest(folder + name, request.headers['accept-encoding'] ?? '') : undefined;
      if (found === undefined) {
        const built = name !== 'index.html';
        return reply
          .code(404)
          .type('text/plain; charset=utf-8')
          .send(
            built
              ? 'The console has no such file.\n'
              : 'The console is not built: run `npm run build:console`, then open this page again.\n',
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
          ...(found.encoding === undefined ? {} : { 'content-encoding': found.encoding }),
        })
        .send(found.body);
    });
  };

/** The file in the smallest form that the client takes and the build wrote; undefined when there is none at all. */
async function smallest(path: string, accepted: string): Promise<Served | undefined> {
  const taken = new Set(accepted.split(',').map(part => (part.split(';')[0] ?? '').trim().toLowerCase()));
  for (const { name, ending } of ENCODINGS) {
    const body = taken.has(name) ? await fileAt(path + ending) : undefined;
    if (body !== undefined) return { body, encoding: name };
  }
  const body = await fileAt(path);
  return body === undefined ? undefined : { body };
}

async function fileAt(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
