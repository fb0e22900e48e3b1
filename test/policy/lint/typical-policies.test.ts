/** Typical policies have no finding of severity error, and no warnings but the expected ones. */
import { expect, it } from 'vitest';
import managed from '../../../src/accounts/managed-policies.data.json' with { type: 'json' };
import { lintWith } from '../../../src/policy/lint/findings.ts';
import { loadServiceTable } from '../../../src/policy/lint/lint.ts';
import { typicalPolicies } from './typical-policies.ts';

const services = await loadServiceTable();

it.each(typicalPolicies.map(policy => [policy.source, policy] as const))('%s', (_, { kind, document, codes = [] }) => {
  const findings = lintWith(services, JSON.stringify(document), kind);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect([...new Set(findings.map(({ code }) => code))].toSorted()).toEqual([...codes].toSorted());
});

it('there are at least forty', () => {
  expect(typicalPolicies.length).toBeGreaterThanOrEqual(40);
});

it.each(Object.entries(managed.policies))('the managed policy %s', (_, { document }) => {
  const findings = lintWith(services, JSON.stringify(document), 'identity');
  // The quota is that of customers' policies.
  const errors = findings.filter(({ severity, code }) => severity === 'error' && code !== 'policy-too-large');
  expect(errors).toEqual([]);
});
