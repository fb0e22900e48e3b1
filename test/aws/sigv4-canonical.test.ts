/** The canonical request, compared with the signatures that AWS published. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../src/aws/dispatch.ts';
import { readHeaders } from '../../src/aws/headers.ts';
import { createSigningKeys } from '../../src/aws/sigv4.ts';
import { canonicalPath, canonicalRequest } from '../../src/aws/sigv4-canonical.ts';
import { MISMATCH, refusal, verify } from '../support/aws-signatures.ts';

describe('paths', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['//example//', '/example/'],
    ['/a/./b/../c', '/a/c'],
    ['/a/..', '/'],
    ['/a/b/..', '/a/'],
    ['/../..', '/'],
    ['/example%20space/', '/example%2520space/'],
    ['/$delete', '/%24delete'],
  ])('%s is %s', (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical);
  });
});

interface Vector {
  readonly id: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly now: string;
  readonly region: string;
  readonly service: string;
  readonly normalizePath: boolean;
  readonly optional: boolean;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
  readonly expected: { readonly canonicalRequest: string; readonly signedHeaders: string };
}

const VECTORS = new URL('../../../shared/reference/vectors/sigv4/vectors.jsonl', import.meta.url);
const published = existsSync(VECTORS);

describe.skipIf(!published)(
  `AWS's published signatures${published ? '' : ' (absent: ../shared/reference/vectors/sigv4)'}`,
  () => {
    const vectors: readonly Vector[] = published
      ? readFileSync(VECTORS, 'utf8')
          .trim()
          .split('\n')
          .map(line => JSON.parse(line) as Vector)
      : [];
    // Vectors without path normalization are for S3; vectors with an unsigned token are for services that allow it.
    const ours = vectors.filter(vector => vector.normalizePath && !vector.optional);

    const wire = ({ request }: Vector): WireRequest => {
      // Node decodes each byte of the request target as one character.
      const target = Buffer.from(request.target, 'utf8').toString('latin1');
      const mark = target.indexOf('?');
      return {
        method: request.method,
        path: mark === -1 ? target : target.slice(0, mark),
        query: mark === -1 ? '' : target.slice(mark + 1),
        rawHeaders: request.headers.flat(),
        body: Buffer.from(request.body),
        sourceIp: '192.0.2.7',
        secure: false,
      };
    };

    const others = vectors.filter(vector => !ours.includes(vector));

    it('are available', () => {
      expect(vectors.length).toBeGreaterThan(100);
      expect(ours.length).toBeGreaterThan(80);
    });

    it.each(ours.map(vector => [vector.id, vector] as const))('%s is accepted', (_id, vector) => {
      const request = wire(vector);
      const keys = createSigningKeys();
      const { service, region, credentials } = vector;
      const canonical = canonicalRequest(
        { ...request, headers: readHeaders(request.rawHeaders) },
        vector.expected.signedHeaders.split(';'),
        vector.expected.canonicalRequest.split('\n').at(-1) ?? '',
      );
      expect(canonical).toBe(vector.expected.canonicalRequest);
      const setting = { service, region, keys, now: Date.parse(vector.now), secret: credentials.secretAccessKey };
      expect(verify(request, setting).accessKeyId).toBe(credentials.accessKeyId);
      expect(refusal(request, { ...setting, secret: 'another' })).toEqual(MISMATCH);
      expect(refusal({ ...request, body: Buffer.from(`${vector.request.body}x`) }, setting)).toEqual(MISMATCH);
    });

    it.each(others.map(vector => [vector.id, vector] as const))(
      '%s, signed as only other services read it, is accepted only if it comes to the same',
      (_id, vector) => {
        const request = wire(vector);
        const { service, region, credentials } = vector;
        const setting = { service, region, now: Date.parse(vector.now), secret: credentials.secretAccessKey };
        const canonical = canonicalRequest(
          { ...request, headers: readHeaders(request.rawHeaders) },
          vector.expected.signedHeaders.split(';'),
          vector.expected.canonicalRequest.split('\n').at(-1) ?? '',
        );
        if (canonical === vector.expected.canonicalRequest) verify(request, setting);
        else expect(refusal(request, setting)).toEqual(MISMATCH);
      },
    );
  },
);
