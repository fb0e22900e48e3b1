/** Dangerous and broken policies are found under the right code, and their fixes remove the finding without adding an error. */
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../src/policy/explain/patch.ts';
import { lintWith } from '../../../src/policy/lint/findings.ts';
import { loadServiceTable } from '../../../src/policy/lint/lint.ts';
import { dangerousPolicies, deadPolicies } from './dangerous-policies.ts';

const services = await loadServiceTable();

describe('dangerous policies', () => {
  it.each(dangerousPolicies)('%s: %s', (_, code, kind, document) => {
    const findings = lintWith(services, JSON.stringify(document), kind);
    expect(findings.map(finding => finding.code)).toContain(code);
  });

  it.each(dangerousPolicies)('%s: the fixes remove their findings', (_story, _code, kind, document) => {
    const text = JSON.stringify(document);
    const findings = lintWith(services, text, kind);
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ code, path }) => `${code} ${path}`);
    for (const { code, path, fix } of findings) {
      if (fix === undefined) continue;
      const fixed = applyPatch(JSON.parse(text), fix.patch);
      expect(fixed).toBeDefined();
      const after = lintWith(services, JSON.stringify(fixed), kind);
      expect(after.filter(other => other.code === code && other.path === path)).toEqual([]);
      const added = after.filter(({ severity }) => severity === 'error').map(other => `${other.code} ${other.path}`);
      expect(added.filter(error => !errors.includes(error))).toEqual([]);
    }
  });

  it.each(deadPolicies)('%s: is dead, and not reported as open', (_, kind, codes, document) => {
    const findings = lintWith(services, JSON.stringify(document), kind);
    expect(findings.map(finding => finding.code)).toEqual(codes);
  });

  it('are at least sixty', () => {
    expect(dangerousPolicies.length).toBeGreaterThanOrEqual(60);
  });
});
