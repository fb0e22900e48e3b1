/** YAML configuration: expensive texts are rejected immediately with file, line and fix; ordinary files are read. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseConfigText } from '../../src/config/load.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { YAML_LIMITS, YamlError } from '../../src/config/yaml-limits.ts';
import { processorMs } from '../support/processor-time.ts';
import { BOMBS, many } from './bombs.ts';

/** The configuration errors of a text. */
function faultsOf(text: string): ConfigError['faults'] {
  try {
    parseConfigText(text, 'c.yaml');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('rejects with one sentence', () => {
  it.each(BOMBS)('%s: line %i: %s', (_, line, message, text) => {
    expect(faultsOf(text)).toEqual([{ source: 'c.yaml', line, path: '', message }]);
    expect(processorMs(() => faultsOf(text))).toBeLessThan(1000);
  });
});

describe('reads texts within the limits in linear time', () => {
  it.each([
    ['14,000 keys of one mapping', many(14_000, at => `k${at}: v`)],
    ['14,000 equal keys', 'a: 1\n'.repeat(14_000)],
    ['14,000 lines that begin with a tab', `a:\n${'\tb: 1\n'.repeat(14_000)}`],
    ['29,000 commas', `[${','.repeat(29_000)}]`],
    ['29,000 unmatched closing brackets', ']'.repeat(29_000)],
    [
      'a chain of 150 merges',
      `a0: &a0 {k0: 1}\n${many(150, at => `a${at + 1}: &a${at + 1} {<<: *a${at}, k${at + 1}: 1}`)}`,
    ],
    ['1,900 aliases', `a: &a [x]\nb: [${'*a, '.repeat(1900)}]`],
    ['eight megabytes of text', `secret: "${'\\n'.repeat(4_000_000)}"`],
  ])('%s', (_, text) => {
    expect(processorMs(() => faultsOf(text))).toBeLessThan(6000);
  });

  it('a file of ten thousand lines', () => {
    const roles = many(1400, at => {
      const lines = ['- name: role-X', '  trust:', '    Version: 2012-10-17', '    Statement:'];
      return [...lines, '      - Effect: Allow', '        Principal: { AWS: "*" }', '        Action: sts:AssumeRole']
        .map(line => `      ${line}`)
        .join('\n')
        .replace('X', String(at));
    });
    const text = `accounts:\n  000000000012:\n    roles:\n${roles}\n`;
    expect(text.split('\n').length).toBeGreaterThan(9_800);
    expect(parseConfigText(text, 'c.yaml').accounts?.['000000000012']?.roles).toHaveLength(1400);
  });

  it('one trust policy in three hundred roles', () => {
    const text = [
      'accounts:',
      '  "000000000012":',
      '    roles:',
      '      - { name: r, trust: &trust { Version: "2012-10-17" } }',
    ];
    const roles = many(300, at => `      - { name: r${at}, trust: *trust }`);
    expect(parseConfigText([...text, roles].join('\n'), 'c.yaml').accounts?.['000000000012']?.roles).toHaveLength(301);
  });
});

describe('reports', () => {
  it.each([
    ['a: &a [*a]', 1, 'this alias is inside its own anchored value'],
    ['port: 1\niam: *b', 2, 'this alias has no anchor before it; put a text that begins with * in quotes'],
    ['iam:\n  <<: 5', 2, '<< merges mappings only'],
    ['iam:\n  <<: [{}, x]', 2, '<< merges mappings only'],
    ['port: 1\nhost: a\nport: 2', 3, 'duplicate key in this mapping'],
    ['{port: 1,\nport: 2}', 2, 'duplicate key in this mapping'],
    ['port: 1\n...\n---\nport: 2', 3, 'a second document begins here; only one is allowed'],
  ])('the line of %j', (text, line, message) => {
    expect(faultsOf(text)[0]).toEqual({ source: 'c.yaml', line, path: '', message });
  });

  it('at most 100 errors', () => {
    expect(faultsOf('a: 1\n'.repeat(500))).toHaveLength(100);
  });
});

describe('the reader', () => {
  it('limits the number of tokens if the estimate is too low', () => {
    expect(() =>
      parseYaml(
        many(200, () => 'a # b', '\n'),
        { limits: { ...YAML_LIMITS, values: 250 } },
      ),
    ).not.toThrow();
    const limits = { ...YAML_LIMITS, values: 3 };
    expect(() => parseYaml(`${'a\t\t#'.repeat(1)}${'\r'.repeat(50)}`, { limits })).not.toThrow(RangeError);
    expect(() => parseYaml('- a\n- b\n- c\n', { limits })).toThrow(YamlError);
  });

  it('creates JSON values only, regardless of directives and tags', () => {
    expect(parseYaml('%YAML 1.1\n---\na: yes\nb: 2001-01-01\nc: !!binary aGk=\nd: !!set {x}').value).toEqual({
      a: 'yes',
      b: '2001-01-01',
      c: 'aGk=',
      d: { x: null },
    });
  });
});
