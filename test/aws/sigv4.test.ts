/** Signatures of the SDK's signer, and each of them with one part altered. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../src/aws/dispatch.ts';
import { headerOf, KEY, presignedGet, type SigningOptions, signedPost, withHeader } from '../support/aws-requests.ts';
import { BODY, MISMATCH, NOW, presign, refusal, sign, verify } from '../support/aws-signatures.ts';

describe('requests signed by the SDK', () => {
  it.each<[string, Partial<SigningOptions>]>([
    ['in the header', {}],
    ['with a session token', { sessionToken: 'FwoGZXIvYXdzEXAMPLE//==' }],
    ['with x-amz-content-sha256', { declarePayload: true }],
    ['with another signed header, consecutive spaces', { headers: { 'x-custom': 'a   b' } }],
    ['with a header of bytes beyond ASCII', { headers: { 'x-custom': 'à la carte — à' } }],
    ['in another region, where the endpoint names none', { region: 'eu-central-1' }],
  ])('%s are accepted', async (_name, options) => {
    expect(verify(await sign(options))).toMatchObject({
      accessKeyId: KEY.accessKeyId,
      sessionToken: options.sessionToken,
    });
    expect(verify(await presign(options))).toMatchObject({ sessionToken: options.sessionToken });
  });

  it('may be signed at any second of the 15 minutes before and after real time', async () => {
    for (const offset of [-900_000, -899_000, 0, 899_000, 900_000]) {
      expect(verify(await sign({ at: NOW + offset })).accessKeyId).toBe(KEY.accessKeyId);
    }
  });

  it('are accepted whatever the parameters are', async () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), value),
        async given => {
          // The signer stores the query in a plain object, which drops __proto__, so its signature would not include it.
          const signable = ([name]: [string, string]) => !/^x-amz-/i.test(name) && name !== '__proto__';
          const query = Object.fromEntries(Object.entries(given).filter(signable));
          expect(verify(await presignedGet(query, { at: NOW })).accessKeyId).toBe(KEY.accessKeyId);
          const body = new URLSearchParams(given).toString();
          expect(verify(await signedPost(body, { at: NOW })).accessKeyId).toBe(KEY.accessKeyId);
        },
      ),
      { numRuns: 60 },
    );
  });

  // https://github.com/aws/aws-sdk-go/issues/2167; the presigned GetCallerIdentity of EKS is valid for 15 minutes.
  it('are valid for 15 minutes, independent of X-Amz-Expires', async () => {
    const request = await presign();
    expect(verify(request, { now: NOW + 899_000 }).accessKeyId).toBe(KEY.accessKeyId);
    expect(refusal(request, { now: NOW + 901_000 })[0]).toBe('SignatureDoesNotMatch');
  });
});

describe('one part altered', () => {
  const authorization = (request: WireRequest, from: string | RegExp, to: string): WireRequest => {
    const header = headerOf(request, 'authorization');
    expect(header).toMatch(from);
    return withHeader(request, 'authorization', header.replace(from, to));
  };

  it.each<[string, (request: WireRequest) => WireRequest]>([
    ['the method', request => ({ ...request, method: 'GET' })],
    ['the path', request => ({ ...request, path: '/other' })],
    ['a parameter added to the query', request => ({ ...request, query: 'Action=GetSessionToken' })],
    ['one byte of the body', request => ({ ...request, body: Buffer.from(BODY.replace('Get', 'Set')) })],
    ['a byte added to the body', request => ({ ...request, body: Buffer.from(`${BODY}&`) })],
    ['the body removed', request => ({ ...request, body: Buffer.alloc(0) })],
    ['the host', request => withHeader(request, 'host', 'iam.amazonaws.com')],
    ['the host sent twice', request => ({ ...request, rawHeaders: [...request.rawHeaders, 'Host', 'evil.example'] })],
    ['a signed header', request => withHeader(request, 'content-type', 'text/plain')],
    ['a signed header removed', request => withHeader(request, 'content-type', undefined)],
    ['the session token', request => withHeader(request, 'x-amz-security-token', 'another')],
    ['the session token removed', request => withHeader(request, 'x-amz-security-token', undefined)],
    ['in the second of the signature', request => withHeader(request, 'x-amz-date', '20261120T120001Z')],
    ['the signature', request => authorization(request, /Signature=./, 'Signature=g')],
    [
      'the signature in capitals',
      request => {
        const header = headerOf(request, 'authorization');
        return withHeader(request, 'authorization', header.slice(0, -64) + header.slice(-64).toUpperCase());
      },
    ],
    ['the signature cut', request => authorization(request, /.$/, '')],
    ['the region of the scope', request => authorization(request, 'us-east-1', 'us-east-2')],
    ['a signed header left out of the list', request => authorization(request, 'content-type;', '')],
    ['a header added to the list', request => authorization(request, 'SignedHeaders=', 'SignedHeaders=accept;')],
    ['UNSIGNED-PAYLOAD', request => withHeader(request, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD')],
    ['the hash of another payload', request => withHeader(request, 'x-amz-content-sha256', 'a'.repeat(64))],
  ])('%s: SignatureDoesNotMatch', async (_name, damage) => {
    const request = await sign({ sessionToken: 'token', headers: { 'x-custom': 'value' } });
    expect(verify(request).accessKeyId).toBe(KEY.accessKeyId);
    expect(refusal(damage(request))).toEqual(MISMATCH);
  });

  it('a wrong secret: SignatureDoesNotMatch', async () => {
    expect(refusal(await sign({ secretAccessKey: 'wrong' }))).toEqual(MISMATCH);
    expect(refusal(await presign({ secretAccessKey: 'wrong' }))).toEqual(MISMATCH);
  });

  it('UNSIGNED-PAYLOAD is refused by STS and IAM even if the client signed it', async () => {
    const request = await sign({ headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, declarePayload: false });
    expect(refusal(request)).toEqual(MISMATCH);
  });

  it.each<[string, (query: string) => string]>([
    ['a parameter changed', query => query.replace('GetCallerIdentity', 'GetSessionToken')],
    ['a parameter added', query => `${query}&DurationSeconds=900`],
    ['a parameter added in front', query => `DurationSeconds=900&${query}`],
    ['a parameter given a second time', query => `${query}&Action=GetSessionToken`],
    ['a parameter removed', query => query.replace(/&?Version=[^&]*/, '')],
    ['X-Amz-Expires', query => query.replace('X-Amz-Expires=900', 'X-Amz-Expires=901')],
    ['the session token', query => query.replace('X-Amz-Security-Token=token', 'X-Amz-Security-Token=tokem')],
    ['the signature', query => query.replace(/(X-Amz-Signature=)[0-9a-f]{8}/, '$100000000')],
    ['the date', query => query.replace('T120000Z', 'T120001Z')],
  ])('%s in a presigned query: SignatureDoesNotMatch', async (_name, damage) => {
    const request = await presign({ sessionToken: 'token' });
    expect(verify(request).sessionToken).toBe('token');
    expect(damage(request.query)).not.toBe(request.query);
    expect(refusal({ ...request, query: damage(request.query) })).toEqual(MISMATCH);
  });

  it('any byte of the body, the signature or a signed value is refused', async () => {
    const request = await sign({ sessionToken: 'FwoGZXIvYXdzEXAMPLE' });
    const header = headerOf(request, 'authorization');
    await fc.assert(
      fc.property(fc.nat(BODY.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const body = Buffer.from(BODY);
        body[at] = ((body[at] ?? 0) + by) % 256;
        expect(refusal({ ...request, body })).toEqual(MISMATCH);
      }),
    );
    await fc.assert(
      fc.property(fc.nat(63), fc.constantFrom(...'0123456789abcdef'), (at, digit) => {
        const place = header.length - 64 + at;
        fc.pre(header[place] !== digit);
        const damaged = header.slice(0, place) + digit + header.slice(place + 1);
        expect(refusal(withHeader(request, 'authorization', damaged))).toEqual(MISMATCH);
      }),
    );
  });

  it('any other text in any part that is signed is refused with an AWS error', async () => {
    const request = await sign({ sessionToken: 'FwoGZXIvYXdzEXAMPLE', headers: { 'x-custom': 'value' } });
    const signed = /SignedHeaders=([^,]*)/.exec(headerOf(request, 'authorization'))?.[1]?.split(';') ?? [];
    expect(signed).toEqual(['content-type', 'host', 'x-amz-date', 'x-amz-security-token', 'x-custom']);
    const parts: readonly [(text: string) => WireRequest, string][] = [
      [text => ({ ...request, method: text }), 'POST'],
      [text => ({ ...request, path: `/${text}` }), ''],
      [text => ({ ...request, query: text }), ''],
      [text => ({ ...request, body: Buffer.from(text) }), BODY],
      ...signed.map((name): [(text: string) => WireRequest, string] => [
        text => withHeader(request, name, text),
        headerOf(request, name),
      ]),
    ];
    const plain = fc.string({ unit: fc.constantFrom(...'aZ09-_~%25/.:;=+ä'), maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...parts), plain, ([damage, old], text) => {
        // Slashes and dots give the same path, and a query of only `&` gives the same query.
        fc.pre(text !== old && !(old === '' && (text.includes('..') || /^[/.&]*$/.test(text))));
        expect(refusal(damage(text))[0]).toMatch(/SignatureDoesNotMatch|IncompleteSignature|MalformedQueryString/);
      }),
      { numRuns: 1000 },
    );
  });

  it('any text in place of the Authorization header is refused with an AWS error', async () => {
    const request = await sign();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map(text => `AWS4-HMAC-SHA256 ${text}`),
        ),
        text => {
          expect(['IncompleteSignature', ...MISMATCH]).toContain(
            refusal(withHeader(request, 'authorization', text))[0],
          );
        },
      ),
    );
  });
});
