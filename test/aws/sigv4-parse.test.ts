/** Incomplete signatures, with AWS's messages as in scratchstack-aws-signature. */
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/aws/error.ts';
import { readHeaders } from '../../src/aws/headers.ts';
import { createLastSignature, formatBasic, parseSignature, scopeOf } from '../../src/aws/sigv4-parse.ts';

// Shared by all tests, as by the calls of one instance.
const last = createLastSignature();

const CREDENTIAL = 'AKIDEXAMPLE/20261120/us-east-1/sts/aws4_request';
const GOOD = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=abc`;
const DATE = ['x-amz-date', '20261120T120000Z'];

const thrown = (headers: readonly string[], query = ''): [string, number, string | undefined] => {
  try {
    parseSignature(readHeaders(headers), query, last);
  } catch (error) {
    if (error instanceof AwsError) return [error.code, error.status, error.awsMessage];
    throw error;
  }
  throw new Error('it was taken as complete');
};

describe('the Authorization header', () => {
  it.each<[string, string]>([
    ['spaces after commas', GOOD],
    ['no blanks', GOOD.replaceAll(', ', ',')],
    [
      'the parts in another order',
      `AWS4-HMAC-SHA256 Signature=abc, Credential=${CREDENTIAL}, SignedHeaders=x-amz-date;host`,
    ],
    ['names in capitals', GOOD.replace('host;x-amz-date', 'Host;X-Amz-Date')],
  ])('%s', (_name, authorization) => {
    expect(parseSignature(readHeaders([...DATE, 'Authorization', authorization]), '', last)).toEqual({
      accessKeyId: 'AKIDEXAMPLE',
      date: '20261120',
      region: 'us-east-1',
      service: 'sts',
      terminator: 'aws4_request',
      signedHeaders: ['host', 'x-amz-date'],
      signature: 'abc',
      timestamp: '20261120T120000Z',
      signedAt: Date.UTC(2026, 10, 20, 12),
      sessionToken: undefined,
    });
  });

  it('accepts spaces and tabs as whitespace, and no other character', () => {
    for (const blank of ['\u00a0', '\u00a0\u00a0', '\ufeff', '\v', '\f']) {
      const behind = parseSignature(
        readHeaders([...DATE, 'Authorization', GOOD.replace(/abc/, `abc${blank}`)]),
        '',
        last,
      );
      expect(behind.signature, JSON.stringify(blank)).not.toBe('abc');
      expect(thrown([...DATE, 'Authorization', GOOD.replace('Credential=', `${blank}Credential=`)])[0]).toBe(
        'IncompleteSignature',
      );
    }
    const spaced = parseSignature(readHeaders([...DATE, 'Authorization', GOOD.replaceAll(', ', ' \t, ')]), '', last);
    expect(spaced.signature).toBe('abc');
  });

  it('uses the Date header without X-Amz-Date, in either format', () => {
    for (const date of ['20261120T120000Z', 'Fri, 20 Nov 2026 12:00:00 GMT']) {
      const parts = parseSignature(readHeaders(['Date', date, 'Authorization', GOOD]), '', last);
      expect(parts).toMatchObject({ timestamp: '20261120T120000Z', signedAt: Date.UTC(2026, 10, 20, 12) });
    }
  });

  // https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html
  it('with a part that is not a key=value pair', () => {
    expect(thrown([...DATE, 'Authorization', 'AWS4-HMAC-SHA256 Credential=a, nonsense'])).toEqual([
      'IncompleteSignature',
      400,
      "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=a, nonsense'.",
    ]);
    expect(thrown(['Authorization', 'Bearer eyJhbGciOiJ9'])[2]).toBe(
      "'eyJhbGciOiJ9' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer eyJhbGciOiJ9'.",
    );
  });

  // IAM's message: https://github.com/aws/aws-sdk-go/issues/1042
  it.each(['AKID/20261120/us-east-1/iam', 'REDA/CTED/20170117/us-east-1/iam/aws4_request', 'AKID'])(
    'with the scope %s',
    credential => {
      expect(thrown([...DATE, 'Authorization', GOOD.replace(CREDENTIAL, credential)])).toEqual([
        'IncompleteSignature',
        400,
        `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
      ]);
    },
  );

  it.each<[string, readonly string[], string]>([
    [
      'nothing but the algorithm',
      ['Authorization', 'AWS4-HMAC-SHA256'],
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256",
    ],
    [
      'nothing at all',
      ['Authorization', ''],
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=",
    ],
    [
      'a password, as Elasticsearch Service printed it',
      ['Authorization', 'Basic ZWxhc3RpYw=='],
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=Basic ZWxhc3RpYw==",
    ],
    [
      'no date',
      ['Authorization', GOOD],
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc",
    ],
    [
      'no signature',
      [...DATE, 'Authorization', `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host`],
      "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/sts/aws4_request, SignedHeaders=host",
    ],
    [
      'another algorithm',
      [...DATE, 'Authorization', GOOD.replace('SHA256', 'SHA1')],
      "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'",
    ],
    ...['2026-11-20T12:00:00Z', '20261320T120000Z', '20260231T120000Z', 'yesterday'].map(
      (date): [string, readonly string[], string] => [
        `the date ${date}`,
        ['x-amz-date', date, 'Authorization', GOOD],
        `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      ],
    ),
    // The missing parts: https://github.com/digitalepidemiologylab/crowdbreaks/issues/3 and
    // https://github.com/aws-samples/amazon-elasticsearch-service-with-authentication/issues/4, of another service.
  ])('%s (text unconfirmed for STS and IAM)', (_name, headers, text) => {
    expect(thrown(headers)).toEqual(['IncompleteSignature', 400, text]);
  });
});

describe('the presigned query', () => {
  const QUERY = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(CREDENTIAL)}&X-Amz-Date=20261120T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=abc&X-Amz-Security-Token=a%2Bb`;

  it('has the same parts', () => {
    expect(parseSignature(readHeaders([]), QUERY, last)).toMatchObject({
      accessKeyId: 'AKIDEXAMPLE',
      signature: 'abc',
      sessionToken: 'a+b',
      signedHeaders: ['host'],
    });
  });

  it('is ignored if there is an Authorization header', () => {
    const other = GOOD.replace('AKIDEXAMPLE', 'AKIDOTHER');
    expect(parseSignature(readHeaders([...DATE, 'Authorization', other]), QUERY, last).accessKeyId).toBe('AKIDOTHER');
  });

  it.each(['X-Amz-Credential', 'X-Amz-SignedHeaders', 'X-Amz-Date', 'X-Amz-Signature', 'X-Amz-Algorithm'])(
    'without %s (text unconfirmed)',
    name => {
      expect(thrown([], QUERY.replace(new RegExp(`${name}=[^&]*&?`), ''))).toEqual([
        'IncompleteSignature',
        400,
        `AWS query-string parameters must include '${name}'. Re-examine the query-string parameters.`,
      ]);
    },
  );
});

describe('the scope, read before it is verified', () => {
  it.each<[string, string | undefined, string, object | undefined]>([
    ['of a header', GOOD, '', { service: 'sts', region: 'us-east-1' }],
    [
      'of a query',
      undefined,
      `X-Amz-Credential=${encodeURIComponent(CREDENTIAL)}`,
      { service: 'sts', region: 'us-east-1' },
    ],
    ['of no signature', undefined, 'Action=x', undefined],
    ['of another kind of header', 'Bearer abc', '', undefined],
    ['with characters that no region contains', GOOD.replace('us-east-1', 'us\u00fceast'), '', undefined],
  ])('%s', (_name, authorization, query, scope) => {
    expect(scopeOf(authorization, query, last)).toEqual(scope);
  });
});

it('formats dates in basic format', () => {
  expect(formatBasic(Date.UTC(2015, 7, 30, 12, 36, 0, 999))).toBe('20150830T123600Z');
});
