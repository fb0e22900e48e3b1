import { describe, expect, it } from 'vitest';
import { nearMissSentences } from '../../../src/policy/explain/near-miss-sentences.table.ts';
import { type Explanation, evaluate, explain, nearMisses } from '../../../src/policy/index.ts';
import { host, policy, provider, request, roleArn, webIdentity } from '../fixtures.ts';
import { adviceCases } from './advice-cases.ts';
import { deniedAction, isAllowedWith, shorthand } from './fix-support.ts';
import { nearMissCases } from './near-miss-cases.ts';

describe('near misses', () => {
  it.each(nearMissCases)('$code: $story', ({ code, request, policies, fixes: expected }) => {
    const evaluation = evaluate(request, policies);
    expect(evaluation.allowed).toBe(false);
    const codes = evaluation.layers.flatMap(layer => nearMisses(layer, request, policies)).map(miss => miss.why.code);
    expect(codes).toContain(code);
    const { fixes } = explain(evaluation, { request, policies });
    expect(fixes.map(shorthand).join(' ')).toBe(expected);
    for (const fix of fixes) expect(isAllowedWith(fix, request, policies)).not.toBe(false);
  });

  it.each([
    [
      'a claim that is absent from the token is not a misspelling of another claim',
      { [`${host}:aud`]: 'sts.amazonaws.com' },
      { StringLike: { [`${host}:sub`]: 'repo:octo-org/*' } },
      ['key-absent-now'],
    ],
    [
      'a value that a negated operator excludes',
      { [`${host}:sub`]: 'repo:octo-org/octo-repo:ref:refs/heads/main' },
      { StringNotLike: { [`${host}:sub`]: 'repo:octo-org/octo-repo:*' } },
      ['excluded-value'],
    ],
  ])('%s', (_, context, Condition, expected) => {
    const requested = request(provider, webIdentity, roleArn, context);
    const allow = { Effect: 'Allow', Principal: { Federated: provider }, Action: webIdentity, Condition };
    const policies = { resource: policy('trust', allow), kind: 'trust' } as const;
    const misses = evaluate(requested, policies).layers.flatMap(layer => nearMisses(layer, requested, policies));
    expect(misses.map(miss => miss.why.code)).toEqual(expected);
  });

  it('have a case for every code', () => {
    expect(nearMissCases.map(one => one.code)).toEqual(expect.arrayContaining([...nearMissSentences.keys()]));
  });

  it('are documented in docs/reference/near-misses.md', async () => {
    const lines = nearMissCases.map(({ code, story, request, policies }) =>
      line([`\`${code}\``, story], explain(evaluate(request, policies), { request, policies })),
    );
    const cases = adviceCases.map(({ story, request, policies, actions = [request.action], audiences }) => {
      const asked = { ...request, action: deniedAction(request, policies, actions) };
      return line([story], explain(evaluate(asked, policies), { request: asked, policies, actions, audiences }));
    });
    const page = [
      '# Near misses',
      '',
      'When a request is denied, the evaluator searches for a value that would have matched, explains the difference and says what to do.',
      'Each row is a test case (`test/policy/explain/near-miss-cases.ts` and `advice-cases.ts`), and this page is generated from them. An',
      'edit of a policy is proposed only if the evaluator allows the request with it. It is evaluated for the neighbours of the caller as',
      'well: what lets in others is last and says whom. Where no edit is right, the fix says in words what to do. The side in brackets says',
      'who makes the change: the owner of the policy, the caller, the owner of the identity provider, or of the job (workflow).',
      '',
      '| code | case | explanation | fixes, in this order |',
      '|---|---|---|---|',
      ...lines,
      '',
      '## Misconfigurations',
      '',
      '| case | explanation | fixes, in this order |',
      '|---|---|---|',
      ...cases,
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot('../../../docs/reference/near-misses.md');
  });
});

function line(head: readonly string[], { explanation, fixes }: Explanation): string {
  const miss = explanation.find(sentence => !/^(?:Denied|Statement)/.test(sentence)) ?? explanation[0] ?? '';
  const told = fixes.flatMap(fix => [
    `[${fix.side}] **${fix.title}.** ${fix.sentence}`,
    ...fix.admits.map(who => `Lets in: ${who}`),
    ...(fix.caution === undefined ? [] : [`Caution: ${fix.caution}`]),
  ]);
  return `| ${[...head, cell(miss), told.map(cell).join('<br>')].join(' | ')} |`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/(?<!\*)\*(?!\*)/g, '\\*');
