/** What the console works out without a page: places, differences, stations, snippets, streams, and the faults it offers. */
import { execFileSync } from 'node:child_process';
import { CompletionContext } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/console/api/stream.ts';
import type { Decision } from '../../src/console/api/words.ts';
import { claimText } from '../../src/console/model/claim-values.ts';
import { marksOf, ownLayer } from '../../src/console/model/deciding.ts';
import { diffLines, withContext } from '../../src/console/model/diff.ts';
import { faults } from '../../src/console/model/faults.ts';
import { judgeWebIdentity, refusedTrust } from '../../src/console/model/judge.ts';
import { isWithin, linesOf } from '../../src/console/model/marked-json.ts';
import { addressOf, readRoute } from '../../src/console/model/route.ts';
import { claimsToMint, fieldsOf, firstPolicy, providerArn, type Setup } from '../../src/console/model/setup.ts';
import { decodeSetup, encodeSetup } from '../../src/console/model/share.ts';
import { snippetsOf } from '../../src/console/model/snippets.ts';
import { stationsOf } from '../../src/console/model/stations.ts';
import { mayAskForToken, settingOf } from '../../src/console/model/workflow.ts';
import { completePolicy } from '../../src/console/parts/policy-completion.ts';
import { TOKEN_DEFECTS } from '../../src/idp/mint/token-defects.ts';
import type { Json } from '../../src/policy/decision.ts';
import { valueAt } from '../../src/policy/explain/patch.ts';
import { readJson } from '../../src/policy/json.ts';
import { INHERITED, TRAP } from '../support/inherited.ts';

const setup: Setup = {
  issuer: 'github-actions',
  audience: 'sts.amazonaws.com',
  clientIds: 'sts.amazonaws.com',
  roleArn: 'arn:aws:iam::000000000000:role/deploy',
  sessionName: 'job',
  policy: '{}',
  claims: {},
};

describe('claims under names that every object inherits', () => {
  it.each(INHERITED)('%s is a claim of the form and of the mint request', name => {
    expect(claimText({}, name)).toBe('');
    expect(claimText({ [name]: 'x' }, name)).toBe('x');
    expect(claimsToMint({ [name]: '{"a":1}' })).toEqual({ [name]: { a: 1 } });
    expect(decodeSetup(encodeSetup({ ...setup, claims: { [name]: 'x' } }))?.claims).toEqual({ [name]: 'x' });
  });

  it.each(INHERITED)('a policy is completed under the name %s as under any unknown one', name => {
    const complete = (text: string, at: string) => {
      const state = EditorState.create({ doc: text, extensions: [json()] });
      return completePolicy(new CompletionContext(state, text.indexOf(at) + at.length, true));
    };
    expect(complete(`{"${name}": {"x": 1}}`, '"x')).toBeNull();
    expect(complete(`{"${name}": "x"}`, '"x')).toBeNull();
    expect(complete('{"Effect": "A"}', '"A')?.options.map(({ label }) => label)).toEqual(['Allow', 'Deny']);
    expect(complete('{"Statement": [{"E": 1}]}', '"E')?.options.map(({ label }) => label)).toContain('Effect');
  });

  it('a token whose claims are objects is judged, not thrown over', () => {
    const trust = '{"Version":"2012-10-17","Statement":[]}';
    const provider = { issuer: 'https://gitlab.com', arn: providerArn('https://gitlab.com'), clientIds: ['a'] };
    const call = { provider, role: 'arn:aws:iam::000000000000:role/deploy', trust };
    const judgeOf = (claims: object) =>
      judgeWebIdentity({ ...call, claims: { iss: provider.issuer, aud: 'a', ...claims } });
    expect(judgeOf({ iss: TRAP }).explanation).toEqual([
      'The token\'s issuer is {"toString":1,"valueOf":1}; the account has registered https://gitlab.com.',
    ]);
    expect(judgeOf({ aud: [TRAP] }).explanation).toEqual([
      'The token\'s audience is "{"toString":1,"valueOf":1}"; the provider\'s client ids are "a".',
    ]);
    for (const name of ['sub', 'exp', 'iat', 'nbf', 'amr', 'email']) {
      expect(stationsOf(judgeOf({ [name]: TRAP })).length).toBeGreaterThan(3);
    }
  });
});

describe('routes', () => {
  it('come back from their address, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), rest => {
        expect(readRoute(addressOf('decisions', rest))).toEqual({ view: 'decisions', rest });
      }),
    );
  });

  it.each(['', '#', '#/', '#/nowhere', '#/%E0%A4%A', '#/constructor/x'])('%s is the list of decisions', fragment => {
    expect(readRoute(fragment)).toEqual({ view: 'decisions', rest: undefined });
  });
});

describe('a shared playground', () => {
  it('comes back from its address', () => {
    const texts = fc.string({ unit: 'grapheme' });
    const names = texts.filter(name => name !== '__proto__');
    fc.assert(
      fc.property(texts, texts, fc.dictionary(names, texts), (policy, roleArn, claims) => {
        const given = { ...setup, policy, roleArn, claims };
        expect(decodeSetup(encodeSetup(given))).toEqual(given);
      }),
    );
  });

  it('is nothing else', () => {
    fc.assert(fc.property(fc.string(), text => decodeSetup(text) === undefined));
    for (const value of [null, [], 1, {}, { ...setup, claims: null }, { ...setup, policy: 1 }]) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      expect(decodeSetup(text)).toBeUndefined();
    }
  });
});

describe('marked JSON', () => {
  it('prints as JSON.stringify does, and every pointer points', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const read = readJson(JSON.stringify(value));
        if (!read.ok) return;
        const lines = linesOf(read.value);
        const text = lines
          .map(line => '  '.repeat(line.depth) + line.pieces.map(piece => piece.text).join(''))
          .join('\n');
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toBe(JSON.stringify(JSON.parse(text), null, 2));
        for (const { pieces } of lines) {
          for (const { pointer } of pieces) expect(valueAt(read.value, pointer)).toBeDefined();
        }
      }),
    );
  });

  it.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
  ])('%s within %s: %s', (pointer, above, within) => expect(isWithin(pointer, above)).toBe(within));
});

describe('differences', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map(all => all.join('\n'));

  it('hold both texts, and nothing for equal ones', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(before, after);
        const side = (leave: string) =>
          diff
            .filter(line => line.sign !== leave)
            .map(line => line.text)
            .join('\n');
        expect(side('+')).toBe(before);
        expect(side('-')).toBe(after);
        if (before === after) expect(withContext(diff).filter(({ line }) => line !== undefined)).toEqual([]);
      }),
    );
  });
});

const GITHUB = 'https://token.actions.githubusercontent.com';
const issuer = { id: 'github-actions', source: 'hosted', issuer: GITHUB };
const claims = { iss: GITHUB, aud: 'sts.amazonaws.com', sub: 'repo:octo-org/octo-repo:ref:refs/heads/main', iat: 1 };
const call = {
  claims,
  provider: { issuer: GITHUB, arn: providerArn(GITHUB), clientIds: ['sts.amazonaws.com'] },
  role: setup.roleArn,
  trust: firstPolicy(issuer, 'sts.amazonaws.com'),
};

const OUTBOUND = 'https://a1b2c3d4.tokens.sts.global.api.aws';

describe('the handshake in the page', () => {
  it.each([
    { what: 'everything fits', change: {}, failed: undefined },
    { what: 'no token', change: { claims: undefined }, failed: 'Token' },
    { what: 'another issuer', change: { claims: { ...claims, iss: 'https://example.com' } }, failed: 'Issuer' },
    {
      what: 'a token that AWS issued',
      change: { claims: { ...claims, iss: OUTBOUND }, provider: { ...call.provider, issuer: OUTBOUND } },
      failed: 'Issuer',
    },
    { what: 'another audience', change: { claims: { ...claims, aud: 'x' } }, failed: 'Provider' },
    { what: 'azp is the audience', change: { claims: { ...claims, azp: 'x' } }, failed: 'Provider' },
    { what: 'it is over', change: { claims: { ...claims, iat: 10_000, exp: 1000 } }, failed: 'Token' },
    { what: 'it has not begun', change: { claims: { ...claims, nbf: 99_999_999_999_999 } }, failed: 'Token' },
    { what: 'no ARN', change: { role: 'deploy' }, failed: 'Role' },
    { what: 'a session name with a blank', change: { sessionName: 'a b' }, failed: 'Session' },
    {
      what: 'a moment that no date can show',
      change: { claims: { ...claims, iat: 999_999_999_999_999 } },
      failed: undefined,
    },
    { what: 'another role', change: { askedRole: `${setup.roleArn}s` }, failed: 'Role' },
    { what: 'another subject', change: { claims: { ...claims, sub: 'repo:a/b:pull_request' } }, failed: 'Role' },
    { what: 'no policy', change: { trust: '{' }, failed: 'Role' },
  ])('$what: it fails at $failed', ({ change, failed }) => {
    const judgement = judgeWebIdentity({ ...call, ...change });
    expect(judgement.allowed).toBe(failed === undefined);
    const stations = stationsOf(judgement);
    expect(stations.find(station => station.state === 'failed')?.name).toBe(failed);
    expect(stations.map(station => station.name)).toEqual(['Token', 'Issuer', 'Provider', 'Role', 'Session']);
    expect(judgement.explanation).not.toEqual([]);
  });

  it('marks the condition that decided, in the text', () => {
    const judgement = judgeWebIdentity({ ...call, claims: { ...claims, sub: 'repo:a/b:pull_request' } });
    const layer = ownLayer(judgement.layers);
    const document: Json = JSON.parse(call.trust);
    const marks = layer === undefined ? [] : marksOf(layer, document);
    expect(marks.filter(mark => !mark.ok)).toMatchObject([
      {
        pointer: '/Statement/0/Condition/StringEquals/token.actions.githubusercontent.com:sub',
        expected: ['repo:octo-org/octo-repo:ref:refs/heads/main'],
        actual: ['repo:a/b:pull_request'],
      },
    ]);
  });

  it('says in AWS’s words what IAM would not save', () => {
    expect(refusedTrust(call.trust)).toBeUndefined();
    expect(refusedTrust('{}')).toMatch(/\w/);
    const open = call.trust.replace('repo:octo-org/octo-repo:ref:refs/heads/main', '*');
    expect(refusedTrust(open)).toMatch(/token\.actions\.githubusercontent\.com/);
  });

  it.each(['github-actions', 'gitlab-ci', 'eks-irsa', 'custom'])('has a first policy for %s', id => {
    const given = { id, source: 'hosted', issuer: `https://${id}.example.com` };
    expect(refusedTrust(firstPolicy(given, 'aud'))).toBeUndefined();
    expect(fieldsOf(given).length).toBeGreaterThan(0);
  });
});

it('reads typed claims as what they are', () => {
  const texts = { n: '42', yes: 'true', list: '["a"]', half: '["a', text: 'main', none: '' };
  expect(claimsToMint(texts)).toEqual({ n: 42, yes: true, list: ['a'], half: '["a', text: 'main' });
});

describe('snippets', () => {
  const hostile = { ...setup, roleArn: `${setup.roleArn}'; touch /tmp/x; '`, sessionName: '$(id) `id` "\'' };

  it.each(['curl', 'cli'])('%s is one command, whatever was typed', id => {
    const text = snippetsOf(hostile, 'to.ke.n', GITHUB, 'http://localhost:4592').find(one => one.id === id)?.text ?? '';
    // The shell itself takes it apart: the command is a function that prints its words.
    const script = `curl() { printf '%s\\n' "$@"; }; aws() { printf '%s\\n' "$@"; }; ${text}`;
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(words).toContain(hostile.roleArn);
    expect(words).toContain(hostile.sessionName);
  });

  it('Terraform does not take a policy variable for its own', () => {
    const given = { ...setup, policy: '{"a": "${aws:username}"}' };
    const text = snippetsOf(given, 't', GITHUB, 'http://localhost:4592').find(one => one.id === 'terraform')?.text;
    expect(text).toContain('$${aws:username}');
  });
});

describe('workflows', () => {
  it.each([
    ['permissions:\n  id-token: write', true],
    ['jobs:\n  a:\n    permissions:\n      contents: read\n      id-token: write # for AWS', true],
    ['permissions: write-all', true],
    ['permissions: { contents: read, id-token: write }', true],
    ['permissions:\n  id-token: read', false],
    ['permissions:\n  contents: read\nenv:\n  id-token: write', false],
    ['# permissions:\n#   id-token: write', false],
    ['', false],
  ])('%j may ask for a token: %s', (text, may) => expect(mayAskForToken(text)).toBe(may));

  it('finds a setting', () => {
    expect(settingOf("with:\n  role-to-assume: 'arn:x'", 'role-to-assume')).toBe('arn:x');
    expect(settingOf('with:', 'role-to-assume')).toBeUndefined();
  });
});

it('reads decisions from a stream, however it is cut', async () => {
  const decisions = [{ id: '1', note: 'a\u2028b' }, { id: '2' }];
  const text = `: hello\n\n${decisions.map(one => `id: ${one.id}\nevent: decision\ndata: ${JSON.stringify(one)}\n\n`).join('')}event: other\ndata: x\n\n`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: text.length }), { maxLength: 8 }), async cuts => {
      const bytes = new TextEncoder().encode(text);
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          for (const [at, from] of places.slice(0, -1).entries())
            controller.enqueue(bytes.subarray(from, places[at + 1]));
          controller.close();
        },
      });
      const read: Decision[] = [];
      await readEvents(body, decision => read.push(decision));
      expect(read).toEqual(decisions);
    }),
  );
});

it('offers exactly the faults that tokens can be minted with', () => {
  expect(faults.map(fault => fault.name)).toEqual(TOKEN_DEFECTS.map(fault => fault.name));
});
