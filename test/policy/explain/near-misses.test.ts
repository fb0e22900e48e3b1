import { describe, expect, it } from 'vitest';
import type { LayerName } from '../../../src/policy/decision.ts';
import { applyEdit, replacePolicy } from '../../../src/policy/explain/fixes.ts';
import { policiesOf } from '../../../src/policy/explain/near-misses.ts';
import { nearMissSentences } from '../../../src/policy/explain/sentences.ts';
import { evaluate, explain, nearMisses } from '../../../src/policy/index.ts';
import { host, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';
import { nearMissCases } from './near-miss-cases.ts';

describe('near misses', () => {
  it.each(nearMissCases)('$code: $story', ({ code, request, policies, fixed }) => {
    const evaluation = evaluate(request, policies);
    expect(evaluation.allowed).toBe(false);
    const codes = evaluation.layers.flatMap(layer => nearMisses(layer, request, policies)).map(miss => miss.why.code);
    expect(codes).toContain(code);
    const { fixes } = explain(evaluation, { request, policies });
    expect(fixes.length > 0).toBe(fixed);
    for (const fix of fixes) {
      const layer = evaluation.layers.map(one => one.layer).find(name => fix.target.startsWith(name)) as LayerName;
      const old = policiesOf(policies, layer)[fix.policy];
      const edited = old === undefined ? undefined : applyEdit(old, fix.patch);
      expect(edited).toBeDefined();
      if (edited !== undefined) {
        expect(evaluate(request, replacePolicy(policies, layer, fix.policy, edited)).allowed).toBe(true);
      }
    }
  });

  it.each([
    [
      'a claim that is absent from the token is not a misspelling of another claim',
      { [`${host}:aud`]: 'sts.amazonaws.com' },
      { StringLike: { [`${host}:sub`]: 'repo:octo-org/*' } },
      ['key-absent-now'],
    ],
    [
      'a value that a negated operator excludes has no near miss',
      { [`${host}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main' },
      { StringNotLike: { [`${host}:sub`]: 'repo:octo-org/octo-repo:*' } },
      [],
    ],
  ])('%s', (_, context, Condition, expected) => {
    const requested = request(provider, webIdentity, roleArn, context);
    const allow = { Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity, Condition };
    const policies = { resource: policy('trust', allow), kind: 'trust' } as const;
    const misses = evaluate(requested, policies).layers.flatMap(layer => nearMisses(layer, requested, policies));
    expect(misses.map(miss => miss.why.code)).toEqual(expected);
  });

  it('have a case for every code', () => {
    expect(new Set(nearMissCases.map(one => one.code))).toEqual(new Set(nearMissSentences.keys()));
  });

  it('are documented in docs/reference/near-misses.md', async () => {
    const lines = nearMissCases.map(({ code, story, request, policies }) => {
      const { explanation, fixes } = explain(evaluate(request, policies), { request, policies });
      const miss = explanation.find(sentence => !/^(?:Denied|Statement)/.test(sentence)) ?? explanation[0] ?? '';
      const edit = fixes[0]?.sentence ?? '-';
      return `| \`${code}\` | ${story} | ${cell(miss)} | ${cell(edit)} |`;
    });
    const page = [
      '# Near misses',
      '',
      'When a request is denied, the evaluator searches for a value that would have matched and explains the difference. Each row is a',
      'test case (`test/policy/explain/near-miss-cases.ts`), and this page is generated from them. A fix is proposed only if the evaluator',
      'allows the request with it. Where the table has no fix, the evaluator has no edit of the policy to propose.',
      '',
      '| code | case | explanation | fix |',
      '|---|---|---|---|',
      ...lines,
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot('../../../docs/reference/near-misses.md');
  });
});

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*', '\\*');
