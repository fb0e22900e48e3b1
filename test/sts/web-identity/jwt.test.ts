/** Parsing and verification of tokens: Project Wycheproof's signatures and keys, and properties of damaged tokens. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PublishedKey, PublishedKeySet } from '../../../src/kernel/issuer-keys.ts';
import { parseJws, parseJwt } from '../../../src/sts/web-identity/jwt.ts';
import { selectKey, verifySignature } from '../../../src/sts/web-identity/keys.ts';
import { keptMebibytes } from '../../support/heap.ts';
import { mint, standardKeys } from '../tokens.ts';

/** Whether the token verifies with a key of the set. */
function verifies(token: string, keySet: PublishedKeySet): boolean {
  const parsed = parseJws(token);
  if (!parsed.ok) return false;
  const choice = selectKey(parsed.jws, keySet);
  return choice.ok && !choice.operations && verifySignature(parsed.jws, choice.key);
}

interface Group {
  readonly comment: string;
  readonly private: PublishedKey & { readonly keys?: readonly PublishedKey[] };
  readonly public?: PublishedKey & { readonly keys?: readonly PublishedKey[] };
  readonly tests: readonly {
    readonly tcId: number;
    readonly comment: string;
    readonly jws: unknown;
    readonly result: string;
  }[];
}

const FOLDER = new URL('../../../../shared/reference/vectors/wycheproof/', import.meta.url);

/** A published file, and the test cases in which AWS, and so Rolecall, differs from its `result`. */
interface Published {
  readonly file: string;
  readonly cases: number;
  readonly accepted: number;
  /** Valid tokens that are refused. */
  readonly refusedAlgorithm: readonly number[];
  readonly refusedKeyOperations: readonly number[];
  /** Invalid for Wycheproof, because the alg of the JWK is another one: AWS ignores the alg of a JWK (recorded). */
  readonly acceptedAlgorithmOfKey: readonly number[];
  /** Invalid for Wycheproof, because of a weak prime (ROCA): AWS is not known to check for them. */
  readonly acceptedPrime: readonly number[];
}

const PUBLISHED: readonly Published[] = [
  {
    file: 'json_web_signature_test.json',
    cases: 401,
    accepted: 21,
    refusedAlgorithm: [
      // HS256
      ...[1, 348, 352, 357, 358, 359, 372, 373, 376, 377],
      // PS256, PS384, PS512
      ...[272, 273, 274, 275, 287, 288, 320, 321, 322, 323, 325, 326, 327, 328, 346, 350],
    ],
    refusedKeyOperations: [349, 351],
    acceptedAlgorithmOfKey: [332, 334, 336],
    acceptedPrime: [],
  },
  {
    file: 'json_web_crypto_test.json',
    cases: 49,
    accepted: 3,
    refusedAlgorithm: [1, 48],
    refusedKeyOperations: [],
    acceptedAlgorithmOfKey: [],
    acceptedPrime: [46],
  },
  {
    file: 'json_web_key_test.json',
    cases: 26,
    accepted: 4,
    refusedAlgorithm: [2, 13, 14, 15],
    refusedKeyOperations: [],
    acceptedAlgorithmOfKey: [19, 20],
    acceptedPrime: [7],
  },
];

for (const { file, ...published } of PUBLISHED) {
  const path = new URL(file, FOLDER);
  const present = existsSync(path);
  const absent = present ? '' : ' (absent: ../shared/reference/vectors/wycheproof)';
  describe.skipIf(!present)(`Wycheproof ${file}${absent}`, () => {
    const text = present ? readFileSync(path, 'utf8') : '{"testGroups":[]}';
    const { testGroups } = JSON.parse(text) as { testGroups: readonly Group[] };
    const refused = new Set([...published.refusedAlgorithm, ...published.refusedKeyOperations]);
    const accepted = new Set([...published.acceptedAlgorithmOfKey, ...published.acceptedPrime]);
    const cases = testGroups.flatMap(group =>
      group.tests
        .filter(test => 'jws' in test)
        .map(test => ({
          ...test,
          keySet: { keys: (group.public ?? group.private).keys ?? [group.public ?? group.private] },
          token: typeof test.jws === 'string' ? test.jws : JSON.stringify(test.jws),
          name: `${group.comment}: ${test.comment}`,
          expected: test.result === 'valid' ? !refused.has(test.tcId) : accepted.has(test.tcId),
        })),
    );

    it.each(cases)('$tcId $name', ({ token, keySet, expected }) => {
      expect(verifies(token, keySet)).toBe(expected);
    });

    it(`has ${published.cases} cases, of which ${published.accepted} are accepted`, () => {
      expect(cases).toHaveLength(published.cases);
      expect(cases.filter(one => verifies(one.token, one.keySet))).toHaveLength(published.accepted);
    });

    it('differs from the published results only in valid cases that are refused and invalid ones that are accepted', () => {
      const differing = (result: string) =>
        cases.filter(one => one.result === result && one.expected !== (result === 'valid'));
      expect(
        differing('valid')
          .map(one => one.tcId)
          .sort(),
      ).toEqual([...refused].sort());
      expect(
        differing('invalid')
          .map(one => one.tcId)
          .sort(),
      ).toEqual([...accepted].sort());
    });
  });
}

describe('a damaged token', () => {
  const keySet = standardKeys();
  const token = mint({ iss: 'https://issuer.example', sub: 'x', aud: 'a', iat: 1, exp: 2 });

  it('verifies before it is damaged', () => expect(verifies(token, keySet)).toBe(true));

  it('does not verify with any one character changed', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\u00e9';
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...characters), (at, char) => {
        fc.pre(token[at] !== char);
        expect(verifies(token.slice(0, at) + char + token.slice(at + 1), keySet)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused without an exception, for any damage', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), text => {
        expect(parseJwt(text).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is parsed with any JSON object as payload, for any member names', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), members => {
        const parsed = parseJwt(mint(members));
        expect(parsed.ok).toBe(true);
        if (parsed.ok) for (const name of Object.keys(members)) expect(parsed.jwt.claims.has(name)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('cached headers', () => {
  const headerOf = (kid: string) => Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url');
  const tokenOf = (kid: string) => `${headerOf(kid)}.e30.AAAA`;
  const kidOf = (token: string) => {
    const parsed = parseJws(token);
    return parsed.ok ? parsed.jws.kid : undefined;
  };

  it('do not keep the request of their token in memory', () => {
    const kept = keptMebibytes(() => {
      for (let at = 0; at < 200; at++) {
        const token = tokenOf(`large-${at}`);
        kidOf(`${token}&Policy=${'A'.repeat(500_000)}`.slice(0, token.length));
      }
      return true;
    });
    expect(kept).toBeLessThan(5);
  });

  it('are parsed correctly with any number of other headers in between', () => {
    for (let at = 0; at < 1000; at++) expect(kidOf(tokenOf(`kid-${at % 300}`))).toBe(`kid-${at % 300}`);
  });
});

describe('a payload', () => {
  const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
  const parsed = (payload: string) => parseJwt(`${header}.${Buffer.from(payload).toString('base64url')}.c2ln`);
  const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  it.each([
    ['a thousand levels deep', nested(1000), true],
    ['a thousand and one levels deep', nested(1001), false],
    ['of brackets in a text', JSON.stringify({ a: '['.repeat(5000) }), true],
    ['of brackets that never close', '['.repeat(15_000), false],
    ['of many values', `{"a":[${'0,'.repeat(7000)}0]}`, true],
    ['that is a list', '[]', false],
  ])('%s is parsed: %3$s', (_, payload, ok) => {
    expect(parsed(payload)).toMatchObject(
      ok ? { ok } : { ok, code: 'not-a-jwt', detail: "The token's payload is not a JSON object." },
    );
  });
});
