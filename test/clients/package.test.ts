/** The published package: its files, whether its types resolve, and whether an empty project can use it. */
import { access, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Ended, inFolder, run } from './run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (name: string): string => join(root, 'node_modules/.bin', name);
const npm = { HOME: process.env['HOME'] ?? '', npm_config_audit: 'false', npm_config_fund: 'false' };

const succeeded = ({ code, stdout, stderr }: Ended): string => {
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
};

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

async function pack(folder: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [packed] = JSON.parse(succeeded(await run('npm', args, { env: npm, cwd: root }))) as readonly Packed[];
  if (packed === undefined) throw new Error('npm packed nothing');
  return packed;
}

/** An empty project with the package installed from its tarball. */
async function project(folder: string): Promise<string> {
  const { filename } = await pack(folder);
  const home = join(folder, 'project');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
  const args = ['install', '--ignore-scripts', '--omit=optional', join(folder, filename)];
  succeeded(await run('npm', args, { env: npm, cwd: home }));
  return home;
}

/** File names in a folder and its subfolders. */
const filesIn = async (folder: string): Promise<readonly string[]> => readdir(folder, { recursive: true });

describe('the package', () => {
  it('contains only the build, its declarations, the console, README, license and changelog', () =>
    inFolder(async folder => {
      const { files, size } = await pack(folder);
      const paths = files.map(({ path }) => path);
      expect(paths).toEqual(
        expect.arrayContaining([
          'package.json',
          'README.md',
          'LICENSE',
          'CHANGELOG.md',
          'dist/cli.js',
          'dist/index.js',
          'dist/index.d.ts',
          'dist/policy/index.js',
          'dist/library/matchers.js',
          'dist/library/vitest.js',
          'dist/library/vitest-setup.js',
          'dist/library/vitest-matchers.js',
          'dist/managed-policies.data.json',
          'dist/rolecall.schema.json',
          'dist/console/index.html',
        ]),
      );
      expect(paths.filter(path => !/^(dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(path))).toEqual(
        [],
      );
      expect(paths.filter(path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
      expect(size, 'bytes').toBeLessThan(2_000_000);
    }));

  it('contains every exported file, and runs no script on installation', async () => {
    const declared = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const target of Object.values<unknown>(declared.exports)) {
      const files = typeof target === 'string' ? [target] : Object.values(target ?? {});
      for (const file of files) await access(join(root, String(file)));
    }
    // `prepare` runs in a checkout only, never when the package is installed from a registry or a tarball.
    expect(Object.keys(declared.scripts).filter(name => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  it('passes publint', async () => {
    succeeded(await run(tool('publint'), ['--strict', '--pack', 'npm'], { env: npm, cwd: root }));
  });

  it('has types that attw resolves', () =>
    inFolder(async folder => {
      const { filename } = await pack(folder);
      const args = [join(folder, filename), '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'];
      succeeded(await run(tool('attw'), args, { env: npm, cwd: folder }));
    }));
});

const program = `
  const rolecall = await startRolecall();
  const { token } = await rolecall.mint({ issuer: 'spiffe', audience: 'anybody' });
  if (token.split('.').length !== 3) throw new Error(token);
  await rolecall.close();
  console.log('done');
`;

/** Whether this Node version supports require() of ECMAScript modules. */
const canRequire = ((): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
})();

describe('an empty project', () => {
  it(`imports it, ${canRequire ? 'requires it, ' : ''}type-checks with it, tests with it and runs it with npx`, () =>
    inFolder(async folder => {
      const home = await project(folder);
      const env = { ...npm, HOME: folder };
      expect(await filesIn(join(home, 'node_modules/rolecall/dist'))).toContain('cli.js');

      await writeFile(join(home, 'program.mjs'), `import { startRolecall } from 'rolecall';\n${program}`);
      expect(succeeded(await run(process.execPath, ['program.mjs'], { env, cwd: home }))).toBe('done\n');
      const linted = `import { lint } from 'rolecall/policy';
        const Statement = { Effect: 'Allow', Action: 'iam:AttacheRolePolicy', Resource: '*' };
        const [{ fix }] = await lint(JSON.stringify({ Version: '2012-10-17', Statement }), 'identity');
        console.log(fix.sentence);`;
      await writeFile(join(home, 'lint.mjs'), linted);
      expect(succeeded(await run(process.execPath, ['lint.mjs'], { env, cwd: home }))).toBe(
        'Use iam:AttachRolePolicy.\n',
      );
      if (canRequire) {
        const script = `const { startRolecall } = require('rolecall');\n(async () => {${program}})();`;
        await writeFile(join(home, 'program.cjs'), script);
        expect(succeeded(await run(process.execPath, ['program.cjs'], { env, cwd: home }))).toBe('done\n');
      }

      for (const name of ['vitest', 'typescript', '@types']) {
        await symlink(join(root, 'node_modules', name), join(home, 'node_modules', name));
      }
      await writeFile(
        join(home, 'trust.test.ts'),
        `import { expect, it } from 'vitest';
import { type Rolecall, startRolecall } from 'rolecall';
import { evaluate } from 'rolecall/policy';
import { matchers } from 'rolecall/matchers';
import { useRolecall } from 'rolecall/vitest';

const rolecall: Rolecall = await useRolecall();
const trust = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/gitlab.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { 'gitlab.com:aud': 'sts.amazonaws.com' },
      StringLike: { 'gitlab.com:sub': 'project_path:*:ref_type:branch:ref:*' },
    },
  },
};

it('works', async () => {
  expect([startRolecall, evaluate, matchers.toAllowAssume].every(it => typeof it === 'function')).toBe(true);
  expect(process.env['AWS_ENDPOINT_URL_STS']).toBe(rolecall.url);
  await expect(trust).toAllowAssume({ issuer: 'gitlab-ci' });
  await expect(trust).toDenyAssume({ issuer: 'gitlab-ci', audience: 'other' }, 'implicit-deny');
});
`,
      );
      await writeFile(
        join(home, 'vitest.config.mjs'),
        `export default { test: { globalSetup: ['rolecall/vitest/setup'], setupFiles: ['rolecall/vitest/matchers'] } };`,
      );
      const options = {
        module: 'NodeNext',
        target: 'ES2023',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
      };
      await writeFile(
        join(home, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, files: ['trust.test.ts', 'types.d.ts'] }),
      );
      await writeFile(join(home, 'types.d.ts'), `import 'rolecall/vitest/matchers';\n`);
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      succeeded(await run(process.execPath, [tsc, '-p', '.'], { env, cwd: home }));
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      succeeded(await run(process.execPath, [vitest, 'run'], { env, cwd: home }));

      const version = await run('npx', ['--no-install', 'rolecall', '--version'], { env, cwd: home });
      expect(succeeded(version)).toMatch(/^\d+\.\d+\.\d+\n$/);
      const refused = await run('npx', ['--no-install', 'rolecall', 'start', '--port', '99999'], { env, cwd: home });
      expect(refused.code).toBe(2);
      expect(refused.stderr).not.toContain('    at ');
    }));
});
