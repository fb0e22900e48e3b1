/** Names of Object.prototype members in a configuration: errors where names are fixed, valid where they can be chosen. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { mergeConfig, parseConfigText, readConfigEnvironment, resolveConfig } from '../../src/config/load.ts';
import { ConfigSchema } from '../../src/config/schema.ts';
import { validateValue } from '../../src/config/validate.ts';
import { INHERITED, own, PROTO, TRAP } from '../support/inherited-names.ts';

/** The configuration errors that `run` throws: path and message. */
function faultsOf(run: () => unknown): readonly (readonly [string, string])[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ path, message }) => [path, message]);
    throw error;
  }
  return [];
}

const NAMES = [...INHERITED, PROTO];

describe('an unknown name', () => {
  it.each(NAMES)('%s is an error in every section, in YAML, in JSON and as a value', name => {
    const top = [`/${name}`, expect.stringContaining(`unknown key "${name}"; known keys: host, port, `)];
    expect(faultsOf(() => parseConfigText(`${name}: 1`, 'rolecall.yaml'))).toEqual([top]);
    expect(faultsOf(() => parseConfigText(JSON.stringify(own(name, 1)), 'rolecall.json'))).toEqual([top]);
    expect(faultsOf(() => parseConfigText(`${JSON.stringify(own(name, TRAP))}${' '.repeat(300_000)}`, 'x'))).toEqual([
      top,
    ]);
    expect(faultsOf(() => resolveConfig(own(name, 1)))).toEqual([top]);
    for (const [section, path] of [
      ['iam', '/iam'],
      ['credentials', '/credentials'],
      ['organization', '/organization'],
    ] as const) {
      const inner = [`${path}/${name}`, expect.stringContaining(`unknown key "${name}"`)];
      expect(faultsOf(() => parseConfigText(`${section}:\n  ${name}: 1`, 'rolecall.yaml'))).toEqual([inner]);
      expect(faultsOf(() => resolveConfig({ [section]: own(name, TRAP) }))).toEqual([inner]);
    }
    const account = [`/accounts/${name}`, expect.stringContaining(`unknown key "${name}"`)];
    expect(faultsOf(() => resolveConfig({ accounts: own(name, {}) }))).toEqual([account]);
    expect(({} as Record<string, unknown>)['valueOf']).toBe(Object.prototype.valueOf);
  });

  it.each(NAMES)('%s is not a value of an enumeration', name => {
    const sentence = 'must be one of local, aws, any';
    expect(faultsOf(() => parseConfigText(`iam: { providerUrls: ${name} }`, 'x'))).toEqual([
      ['/iam/providerUrls', sentence],
    ]);
    expect(faultsOf(() => readConfigEnvironment({ ROLECALL_IAM_PROVIDER_URLS: name }))).toEqual([['', sentence]]);
  });

  it.each(NAMES)('%s in the environment is ignored', name => {
    expect(Object.keys(readConfigEnvironment(own(name, 'x') as Record<string, string>))).toEqual([]);
  });
});

describe('a name that can be chosen', () => {
  it.each(INHERITED)('%s is valid for a claim, tag, policy, parameter and issuer', name => {
    const document = { Version: '2012-10-17', Statement: own(name, TRAP) };
    const role = { name, trust: document, tags: own(name, 'x'), inlinePolicies: own(name, document) };
    const input = {
      issuers: own(name, { claims: own(name, TRAP), parameters: own(name, 'x') }),
      accounts: { '000000000000': { roles: [role] } },
      sts: { disabledRegions: own(name, ['eu-west-1']) },
      organization: { serviceControlPolicies: own(name, document) },
    };
    expect(validateValue(ConfigSchema, input)).toEqual([]);
    expect(parseConfigText(JSON.stringify(input), 'rolecall.json')).toEqual(input);
    expect(resolveConfig(mergeConfig({ issuers: { other: {} } }, input as never))).toMatchObject(input);
  });
});

it('merging sections does not change a prototype', () => {
  const merged = mergeConfig(own(PROTO, { polluted: 1 }) as never, own(PROTO, { more: 2 }) as never);
  expect(Object.keys(merged)).toEqual([PROTO]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect((merged as { polluted?: number }).polluted).toBeUndefined();
});
