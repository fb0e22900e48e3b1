/** The console without a browser: routes, marks, diffs, stages, snippets, streams, and the list of token defects. */
import { execFileSync } from 'node:child_process';
import { CompletionContext } from '@codemirror/autocomplete';
import { json } from '@codemirror/lang-json';
import { EditorState } from '@codemirror/state';
import fc from 'fast-check';
import { assert, describe, expect, it } from 'vitest';
import { readEvents } from '../../src/console/api/stream.ts';
import type { Decision } from '../../src/console/api/types.ts';
import { completePolicy } from '../../src/console/components/policy-completion.ts';
import { claimText } from '../../src/console/model/claim-values.ts';
import { diffLines, withContext } from '../../src/console/model/diff.ts';
import { isWithin, linesOf } from '../../src/console/model/json-lines.ts';
import { evaluateWebIdentity, trustPolicyError } from '../../src/console/model/local-decision.ts';
import { marksOf, resourceLayer } from '../../src/console/model/policy-marks.ts';
import { addressOf, readRoute } from '../../src/console/model/route.ts';
import { audienceFor, claimsToMint, initialPolicy, initialSetup, type Setup } from '../../src/console/model/setup.ts';
import { decodeSetup, encodeSetup } from '../../src/console/model/shared-link.ts';
import { snippetsOf } from '../../src/console/model/snippets.ts';
import { stagesOf } from '../../src/console/model/stages.ts';
import { tokenDefects } from '../../src/console/model/token-defects.ts';
import { mayRequestToken, settingOf } from '../../src/console/model/workflow.ts';
import { TOKEN_DEFECTS } from '../../src/idp/mint/token-defects.ts';
import type { Json } from '../../src/policy/decision.ts';
import { valueAt } from '../../src/policy/explain/patch.ts';
import { readJson } from '../../src/policy/json.ts';
import { INHERITED, TRAP } from '../support/inherited-names.ts';

const setup: Setup = {
  issuer: 'github-actions',
  audience: 'sts.amazonaws.com',
  clientIds: 'sts.amazonaws.com',
  roleArn: 'arn:aws:iam::000000000000:role/deploy',
  sessionName: 'job',
  policy: '{}',
  claims: {},
};

/** Claims of a token that is used when it is issued. */
const TIMES = { iat: 1_772_445_600, exp: 1_772_445_900 };
const CONTEXT = {
  now: TIMES.iat * 1000,
  isoTime: '2026-03-02T10:00:00.000Z',
  region: 'us-east-1',
  secure: true,
  sourceIp: '192.0.2.7',
  userAgent: 'test',
};

describe('claims named like a property of Object.prototype', () => {
  it.each(INHERITED)('%s is accepted in the form and in the mint request', name => {
    expect(claimText({}, name)).toBe('');
    expect(claimText({ [name]: 'x' }, name)).toBe('x');
    expect(claimsToMint({ [name]: '{"a":1}' })).toEqual({ [name]: { a: 1 } });
    expect(decodeSetup(encodeSetup({ ...setup, claims: { [name]: 'x' } }))?.claims).toEqual({ [name]: 'x' });
  });

  it.each(INHERITED)('completion treats the member name %s like any unknown name', name => {
    const complete = (text: string, at: string) => {
      const state = EditorState.create({ doc: text, extensions: [json()] });
      return completePolicy(new CompletionContext(state, text.indexOf(at) + at.length, true));
    };
    expect(complete(`{"${name}": {"x": 1}}`, '"x')).toBeNull();
    expect(complete(`{"${name}": "x"}`, '"x')).toBeNull();
    expect(complete('{"Effect": "A"}', '"A')?.options.map(({ label }) => label)).toEqual(['Allow', 'Deny']);
    expect(complete('{"Statement": [{"E": 1}]}', '"E')?.options.map(({ label }) => label)).toContain('Effect');
  });

  it('evaluates a token whose claims are objects, without an exception', () => {
    const trust = '{"Version":"2012-10-17","Statement":[]}';
    const provider = { issuer: 'https://gitlab.com', clientIds: ['a'] };
    const call = { provider, role: 'arn:aws:iam::000000000000:role/deploy', trust, call: CONTEXT };
    const decisionOf = (claims: object) =>
      evaluateWebIdentity({ ...call, claims: { iss: provider.issuer, aud: 'a', sub: 's', ...TIMES, ...claims } });
    expect(decisionOf({ iss: TRAP }).error?.message).toBe('Issuer must be a valid URL');
    expect(decisionOf({ aud: [TRAP] })).toMatchObject({ steps: [{}, {}, {}, { name: 'audience', ok: false }] });
    for (const name of ['sub', 'exp', 'iat', 'nbf', 'amr', 'email']) {
      expect(stagesOf(decisionOf({ [name]: TRAP })).length).toBeGreaterThan(3);
    }
  });
});

describe('routes', () => {
  it('are restored from their address, for any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), rest => {
        expect(readRoute(addressOf('decisions', rest))).toEqual({ view: 'decisions', rest });
      }),
    );
  });

  it.each(['', '#', '#/', '#/nowhere', '#/%E0%A4%A', '#/constructor/x'])(
    '%s selects the list of decisions',
    fragment => {
      expect(readRoute(fragment)).toEqual({ view: 'decisions', rest: undefined });
    },
  );
});

describe('a shared playground', () => {
  it('is restored from its address', () => {
    const texts = fc.string({ unit: 'grapheme' });
    const names = texts.filter(name => name !== '__proto__');
    fc.assert(
      fc.property(texts, texts, fc.dictionary(names, texts), (policy, roleArn, claims) => {
        const input = { ...setup, policy, roleArn, claims };
        expect(decodeSetup(encodeSetup(input))).toEqual(input);
      }),
    );
  });

  it('is undefined for any other text', () => {
    fc.assert(fc.property(fc.string(), text => decodeSetup(text) === undefined));
    for (const value of [null, [], 1, {}, { ...setup, claims: null }, { ...setup, policy: 1 }]) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      expect(decodeSetup(text)).toBeUndefined();
    }
  });
});

describe('JSON lines', () => {
  it('have the format of JSON.stringify, and every pointer exists', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const read = readJson(JSON.stringify(value));
        assert(read.ok);
        const lines = linesOf(read.value);
        const text = lines
          .map(line => '  '.repeat(line.depth) + line.tokens.map(token => token.text).join(''))
          .join('\n');
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toBe(JSON.stringify(JSON.parse(text), null, 2));
        for (const { tokens } of lines) {
          for (const { pointer } of tokens) expect(valueAt(read.value, pointer)).toBeDefined();
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

describe('diffs', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map(all => all.join('\n'));

  it('contain both texts, and show nothing for equal texts', () => {
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
const issuer = {
  id: 'github-actions',
  source: 'hosted',
  issuer: GITHUB,
  form: { fields: [], subject: 'repo:octo-org/octo-repo:ref:refs/heads/main' },
};
const claims = {
  iss: GITHUB,
  aud: 'sts.amazonaws.com',
  sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
  ...TIMES,
};
const call = {
  claims,
  provider: { issuer: GITHUB, clientIds: ['sts.amazonaws.com'] },
  role: setup.roleArn,
  trust: initialPolicy(issuer, 'sts.amazonaws.com'),
  call: CONTEXT,
};

const without = (all: Readonly<Record<string, unknown>>, name: string) =>
  Object.fromEntries(Object.entries(all).filter(([claim]) => claim !== name));

const OUTBOUND = 'https://a1b2c3d4.tokens.sts.global.api.aws';

describe('AssumeRoleWithWebIdentity in the browser', () => {
  it.each([
    { what: 'a valid call', change: {}, failed: undefined },
    { what: 'no token', change: { claims: undefined }, failed: 'Token' },
    { what: 'a different issuer', change: { claims: { ...claims, iss: 'https://example.com' } }, failed: 'Issuer' },
    {
      what: 'a token of an AWS issuer',
      change: { claims: { ...claims, iss: OUTBOUND }, provider: { ...call.provider, issuer: OUTBOUND } },
      failed: 'Issuer',
    },
    { what: 'a different audience', change: { claims: { ...claims, aud: 'x' } }, failed: 'Provider' },
    { what: 'azp takes precedence over aud', change: { claims: { ...claims, azp: 'x' } }, failed: 'Provider' },
    { what: 'an expired token', change: { claims: { ...claims, exp: TIMES.iat - 300 } }, failed: 'Token' },
    { what: 'no exp', change: { claims: without(claims, 'exp') }, failed: 'Token' },
    {
      what: 'a token that is not yet valid',
      change: { claims: { ...claims, nbf: 99_999_999_999_999 } },
      failed: 'Token',
    },
    { what: 'not an ARN', change: { role: 'a role named deploy' }, failed: 'Request' },
    { what: 'too short for an ARN', change: { role: 'deploy' }, failed: 'Request' },
    { what: 'a session name with a space', change: { sessionName: 'a b' }, failed: 'Request' },
    {
      what: 'a time out of the range of Date',
      change: { claims: { ...claims, iat: 999_999_999_999_999 } },
      failed: 'Token',
    },
    { what: 'the ARN of a user', change: { role: 'arn:aws:iam::000000000000:user/deploy' }, failed: 'Role' },
    {
      what: 'an ARN in another partition',
      change: { role: 'arn:aws-cn:iam::000000000000:role/deploy' },
      failed: 'Role',
    },
    { what: 'a role without a name', change: { role: 'arn:aws:iam::000000000000:role/' }, failed: 'Role' },
    { what: 'an issuer that IAM refuses', change: { provider: undefined }, failed: 'Issuer' },
    { what: 'an algorithm that AWS refuses', change: { header: { alg: 'EdDSA' } }, failed: 'Token' },
    { what: 'a critical header', change: { header: { alg: 'RS256', crit: ['b64'] } }, failed: 'Token' },
    {
      what: 'tags of the wrong form',
      change: { claims: { ...claims, 'https://aws.amazon.com/tags': 't' } },
      failed: 'Token',
    },
    { what: 'a deactivated region', change: { disabledRegions: ['us-east-1'] }, failed: 'Request' },
    {
      what: 'a resource control policy',
      change: {
        resourceControlPolicies: [
          '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*"}}',
        ],
      },
      failed: 'Role',
    },
    { what: 'a different role', change: { requestedRole: `${setup.roleArn}s` }, failed: 'Role' },
    { what: 'a different subject', change: { claims: { ...claims, sub: 'repo:a/b:pull_request' } }, failed: 'Role' },
    { what: 'an invalid policy', change: { trust: '{' }, failed: 'Role' },
  ])('$what: fails at $failed', ({ change, failed }) => {
    const decision = evaluateWebIdentity({ ...call, ...change });
    expect(decision.allowed).toBe(failed === undefined);
    const stages = stagesOf(decision);
    expect(stages.find(stage => stage.state === 'failed')?.name).toBe(failed);
    const request = failed === 'Request' ? ['Request'] : [];
    expect(stages.map(stage => stage.name)).toEqual([...request, 'Token', 'Issuer', 'Provider', 'Role', 'Session']);
    expect(decision.explanation).not.toEqual([]);
  });

  it.each([
    ['a signature', 'iam:CreateRole', 'credentials', ['Caller failed', 'Policies not-reached', 'Resource not-reached']],
    ['a wrong signature', 'sts:AssumeRole', 'signature', ['Caller failed', 'Role not-reached', 'Session not-reached']],
    [
      'a parameter',
      'sts:AssumeRole',
      'parameters',
      ['Caller passed', 'Request failed', 'Role not-reached', 'Session not-reached'],
    ],
    [
      'a parameter of an unsigned call',
      'sts:AssumeRoleWithSAML',
      'parameters',
      ['Request failed', 'Token', 'Issuer', 'Provider', 'Role', 'Session'].map((name, at) =>
        at === 0 ? name : `${name} not-reached`,
      ),
    ],
    ['an entity that exists', 'iam:CreateRole', 'request', ['Caller passed', 'Policies passed', 'Resource failed']],
  ])('the stages of a decision about %s', (_, action, step, expected) => {
    const stages = stagesOf({
      action,
      resource: '*',
      principal: { accessKeyId: 'AKIAEXAMPLE' },
      allowed: false,
      steps: [{ name: step, ok: false, code: 'x' }],
      layers: [],
      explanation: [],
      fixes: [],
    });
    expect(stages.map(({ name, state }) => `${name} ${state}`)).toEqual(expected);
    expect(stages.find(({ name }) => name === 'Caller')?.subject ?? 'AKIAEXAMPLE').toBe('AKIAEXAMPLE');
  });

  it('marks the decisive condition in the policy', () => {
    const decision = evaluateWebIdentity({ ...call, claims: { ...claims, sub: 'repo:a/b:pull_request' } });
    const layer = resourceLayer(decision.layers);
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

  it('returns the IAM error for a policy that IAM rejects', () => {
    expect(trustPolicyError(call.trust)).toBeUndefined();
    expect(trustPolicyError('{}')).toMatch(/\w/);
    const open = call.trust.replace('repo:octo-org/octo-repo:ref:refs/heads/main', '*');
    expect(trustPolicyError(open)).toMatch(/token\.actions\.githubusercontent\.com/);
  });

  it('has an initial policy for an issuer with and without a form', () => {
    expect(trustPolicyError(initialPolicy(issuer, 'aud'))).toBeUndefined();
    const { form: _, ...formless } = issuer;
    expect(trustPolicyError(initialPolicy({ ...formless, issuer: 'https://op.example.com' }, 'aud'))).toBeUndefined();
  });

  it('begins with the audience of the platform’s guide', () => {
    expect(audienceFor(undefined)).toBe('sts.amazonaws.com');
    const { audience, clientIds, policy } = initialSetup({ ...issuer, awsAudience: 'https://gitlab.com' });
    expect([audience, clientIds]).toEqual(['https://gitlab.com', 'https://gitlab.com']);
    expect(JSON.parse(policy).Statement[0].Condition.StringEquals).toEqual({
      'token.actions.githubusercontent.com:aud': 'https://gitlab.com',
      'token.actions.githubusercontent.com:sub': 'repo:octo-org/octo-repo:ref:refs/heads/main',
    });
  });
});

it('parses typed claims by their JSON type', () => {
  const texts = { n: '42', yes: 'true', list: '["a"]', half: '["a', text: 'main', none: '' };
  expect(claimsToMint(texts)).toEqual({ n: 42, yes: true, list: ['a'], half: '["a', text: 'main' });
});

describe('snippets', () => {
  const hostile = { ...setup, roleArn: `${setup.roleArn}'; touch /tmp/x; '`, sessionName: '$(id) `id` "\'' };

  it.each(['curl', 'cli'])('%s quotes every input for the shell', id => {
    const text = snippetsOf(hostile, 'to.ke.n', GITHUB, 'http://localhost:4592').find(one => one.id === id)?.text ?? '';
    // The shell itself splits the words: each command is a function that prints its arguments.
    const script = `curl() { printf '%s\\n' "$@"; }; aws() { printf '%s\\n' "$@"; }; ${text}`;
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(words).toContain(hostile.roleArn);
    expect(words).toContain(hostile.sessionName);
  });

  it.each(['curl', 'cli', 'terraform'])('%s creates no OIDC provider for an issuer that AWS has built in', id => {
    const of = (iss: string) => snippetsOf(setup, 't', iss, 'http://localhost:4592').find(one => one.id === id)?.text;
    expect(of(GITHUB)).toMatch(/CreateOpenIDConnectProvider|create-open-id-connect|openid_connect_provider/);
    expect(of('https://accounts.google.com')).not.toMatch(/OpenIDConnect|open-id-connect|openid_connect/);
  });

  it('Terraform escapes policy variables', () => {
    const input = { ...setup, policy: '{"a": "${aws:username}"}' };
    const text = snippetsOf(input, 't', GITHUB, 'http://localhost:4592').find(one => one.id === 'terraform')?.text;
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
  ])('%j may request a token: %s', (text, may) => expect(mayRequestToken(text)).toBe(may));

  it('reads a setting', () => {
    expect(settingOf("with:\n  role-to-assume: 'arn:x'", 'role-to-assume')).toBe('arn:x');
    expect(settingOf('with:', 'role-to-assume')).toBeUndefined();
  });
});

it('reads decisions from a stream with any chunk boundaries', async () => {
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

it('lists exactly the token defects of the mint', () => {
  expect(tokenDefects.map(defect => defect.name)).toEqual(TOKEN_DEFECTS.map(defect => defect.name));
});
