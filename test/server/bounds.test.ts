/** Bodies that are small and expensive to process: each is refused fast with a problem and its path. */
import { CreateSAMLProviderCommand } from '@aws-sdk/client-iam';
import { afterEach, describe, expect, it } from 'vitest';
import { METADATA } from '../iam/fixtures.ts';
import { ACCOUNT, useEmulator } from '../support/emulator.ts';
import { processorMsOf } from '../support/processor-time.ts';
import { nestedNamespaces, siblings } from '../xml/bombs.ts';

const bed = await useEmulator();

/** Sends a raw body; returns status, body and the CPU time of client and server in milliseconds. */
async function send(method: string, path: string, body: string, type = 'application/json') {
  const answered = { status: 0, body: {} as Record<string, unknown>, ms: 0 };
  answered.ms = await processorMsOf(async () => {
    const answer = await fetch(bed.rolecall.url + path, { method, headers: { 'content-type': type }, body });
    answered.status = answer.status;
    answered.body = (await answer.json()) as Record<string, unknown>;
  });
  return answered;
}

const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
const inside = (xml: string): string => METADATA.replace('</md:IDPSSODescriptor>', `${xml}</md:IDPSSODescriptor>`);

afterEach(async () => {
  expect(await bed.control('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

describe('SAML metadata', () => {
  const bombs = [
    ['a thousand nested namespaces', inside(nestedNamespaces(1000)), 'nests deeper than 64 elements'],
    ['80,000 elements', inside(siblings(80_000)), 'has more than 2000 elements'],
    ['150,000 elements', inside(siblings(150_000)), 'has more than 2000 elements'],
    ['a document type', `<!doctype a>${METADATA}`, 'has a document type declaration'],
  ] as const;

  it.each(bombs)('with %s in a state is a problem', async (_, metadata, why) => {
    const state = { accounts: { [ACCOUNT]: { samlProviders: [{ name: 'corp', metadata }] } } };
    const { status, body, ms } = await send('PUT', '/_rolecall/state', JSON.stringify(state));
    const path = `/accounts/${ACCOUNT}/samlProviders/0`;
    expect(body).toMatchObject({
      status: 400,
      code: 'invalid-request',
      path,
      detail: `${path}: SAML provider corp: InvalidInput: Could not parse metadata. (The document ${why}.)`,
    });
    expect(status).toBe(400);
    expect(ms).toBeLessThan(1500);
  });

  // 150,000 elements, percent-encoded, are more than a request may hold.
  it.each(bombs.filter(([name]) => !name.startsWith('150')))(
    "with %s in a call is AWS's error",
    async (_, SAMLMetadataDocument) => {
      const call = bed.iam().send(new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument }));
      await expect(call).rejects.toMatchObject({
        name: 'InvalidInputException',
        message: 'Could not parse metadata.',
        $metadata: { httpStatusCode: 400 },
      });
    },
  );
});

describe('JSON on the control API', () => {
  it.each([
    ['PUT', '/state', '['.repeat(1_000_000), 'too-deep', 'the body nests deeper than 64 levels', ''],
    ['PUT', '/state', `{"issuers":${'{"a":'.repeat(100_000)}`, 'too-deep', 'the body nests deeper than 64 levels', ''],
    ['PUT', '/state', `[${'0,'.repeat(2_500_000)}0]`, 'too-many', 'the body has more than 2097152 values', ''],
    ['POST', '/evaluate', `[${'0,'.repeat(500_000)}0]`, 'too-many', 'the body has more than 65536 values', ''],
    [
      'PUT',
      '/state',
      JSON.stringify(named(101)),
      'invalid-request',
      '/k0: unknown key "k0"; known keys: accounts, organization, issuers',
      '/k0',
    ],
    [
      'PUT',
      '/state',
      JSON.stringify({ issuers: named(100_000) }),
      'invalid-request',
      '/issuers/k0: must be object',
      '/issuers/k0',
    ],
    [
      'PUT',
      '/state',
      '{"issuers":{"a":{"claims":{"\\u005f_proto__":{}}}}}',
      'forbidden-key',
      'the key "__proto__" is not allowed',
      '/issuers/a/claims/__proto__',
    ],
    [
      'POST',
      '/tokens',
      JSON.stringify({ issuer: 'github-actions', claims: named(20_000) }),
      'too-large',
      'a token may have at most 1000 claims',
      '/claims',
    ],
    [
      'GET',
      `/tokens/custom?aud=a&x=${'['.repeat(10_000)}`,
      '',
      'too-large',
      'the text of `x` nests deeper than 100 levels',
      '/claims/x',
    ],
  ])('%s %s: %.20s: %s', async (method, path, text, code, detail, at) => {
    const call = () => (method === 'GET' ? bed.control('GET', path) : send(method, `/_rolecall${path}`, text));
    const ms = await processorMsOf(async () => {
      expect((await call()).body).toMatchObject({ code, detail, path: at });
    });
    expect(ms).toBeLessThan(1500);
  });

  it('lints a policy with thousands of errors fast', async () => {
    const operators = Array.from({ length: 6000 }, (_, at) => `"Strin${at}":{"a":"b"}`);
    const misspelled = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{${operators}}}]}`;
    const empty = `{"Statement":[${Array(43_000).fill('{}')}]}`;
    for (const policy of [misspelled, empty]) {
      const { status, body, ms } = await send('POST', '/_rolecall/lint', JSON.stringify({ kind: 'trust', policy }));
      expect(status).toBe(200);
      expect(body['findings']).toHaveLength(1001);
      expect(ms).toBeLessThan(2000);
    }
  });
});

describe('JSON at an issuer', () => {
  it.each([
    ['application/json', '['.repeat(900_000), 413, 'too-large', 'the body nests deeper than 64 levels'],
    ['application/json', `[${'0,'.repeat(400_000)}0]`, 413, 'too-large', 'the body has more than 10000 values'],
    ['application/json', '{', 400, 'wrong-type', 'the body is not JSON'],
    ['text/plain', '{"a":'.repeat(100_000), 413, 'too-large', 'the body nests deeper than 64 levels'],
    [
      'application/x-www-form-urlencoded',
      '{"a":'.repeat(100_000),
      413,
      'too-large',
      'the body nests deeper than 64 levels',
    ],
  ])('%s %.5s is refused with %i', async (type, text, status, error, message) => {
    const answer = await send('POST', '/idp/github-actions/token', text, type);
    expect(answer).toMatchObject({ status, body: { error, message } });
    expect(answer.ms).toBeLessThan(1000);
  });

  it('is not a text that only begins like JSON', async () => {
    const answer = await send('POST', '/idp/github-actions/token', '{not=json', 'text/plain');
    expect(answer).toMatchObject({ status: 404, body: { error: 'unknown-path' } });
  });
});
