/** The build of the console: src/console into dist/console, and a compressed copy of each file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT = join(import.meta.dirname, 'dist/console');
const COMPRESSED = new Set(['.js', '.css', '.html', '.svg']);

/** Writes a `.br` and a `.gz` copy of every text file. */
const compressed: Plugin = {
  name: 'compressed',
  closeBundle() {
    const names = readdirSync(OUT, { recursive: true, encoding: 'utf8' }).filter(name => COMPRESSED.has(extname(name)));
    for (const name of names) {
      const path = join(OUT, name);
      const text = readFileSync(path);
      const parameters = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
      writeFileSync(`${path}.br`, brotliCompressSync(text, { params: parameters }));
      writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
    }
  },
};

/** `LICENSES.txt`: the licenses of all bundled packages, as the licenses require. */
const licences: Plugin = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const packages = new Set(
      Object.values(bundle)
        .flatMap(file => (file.type === 'chunk' ? file.moduleIds : []))
        .flatMap(id => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
    );
    const texts = [...packages].sort().map(folder => {
      const file = readdirSync(folder).find(name => /^licen[cs]e/i.test(name));
      if (file === undefined) throw new Error(`${folder} has no licence`);
      return `${folder.slice(folder.lastIndexOf('node_modules/') + 13)}\n\n${readFileSync(join(folder, file), 'utf8')}`;
    });
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join('\n\n') });
  },
};

export default defineConfig({
  root: join(import.meta.dirname, 'src/console'),
  base: '/_rolecall/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // An asset as a data: address would need a wider content security policy.
    assetsInlineLimit: 0,
  },
  plugins: [licences, compressed],
});
