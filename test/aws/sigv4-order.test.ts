/** The order and the messages in which signatures are refused (recorded: https://github.com/justincormack/argmin). */
import { describe, expect, it } from 'vitest';
import { createSigningKeys } from '../../src/aws/sigv4.ts';
import type { SignatureParts } from '../../src/aws/sigv4-parse.ts';
import { get, headerOf, KEY, post, type SigningOptions, withHeader } from '../support/aws-requests.ts';
import { BODY, MISMATCH, NOW, refusal, type Setting, sign, verify } from '../support/aws-signatures.ts';

describe('the order of AWS: present, complete, date and scope, key and token, signature', () => {
  // https://github.com/cert-manager/aws-privateca-issuer/issues/40, sts:GetCallerIdentity.
  it('no signature', () => {
    expect(refusal(post(BODY))).toEqual(['MissingAuthenticationToken', 403, 'Request is missing Authentication Token']);
    expect(refusal(get(BODY))[0]).toBe('MissingAuthenticationToken');
  });

  it('complete comes before the date', async () => {
    const request = withHeader(await sign({ at: NOW - 3_600_000 }), 'authorization', 'AWS4-HMAC-SHA256 Credential=a/b');
    expect(refusal(request)[0]).toBe('IncompleteSignature');
  });

  it('the date comes before the key', async () => {
    const late = await sign({ at: NOW - 901_000 });
    const unknown = withHeader(
      late,
      'authorization',
      headerOf(late, 'authorization').replace('AKIDEXAMPLE', 'AKIDNOBODY'),
    );
    // https://github.com/aws/aws-cli/issues/6676
    expect(refusal(unknown)).toEqual([
      'SignatureDoesNotMatch',
      403,
      'Signature expired: 20261120T114459Z is now earlier than 20261120T114500Z (20261120T120000Z - 15 min.)',
    ]);
  });

  // https://github.com/QT-DevOps/DevOpsIssues/issues/989, sts:GetCallerIdentity.
  it('a date in the future', async () => {
    expect(refusal(await sign({ at: NOW + 901_000 }))).toEqual([
      'SignatureDoesNotMatch',
      403,
      'Signature not yet current: 20261120T121501Z is still later than 20261120T121500Z (20261120T120000Z + 15 min.)',
    ]);
  });

  it('the key comes before the signature', async () => {
    const request = await sign({ secretAccessKey: 'wrong' });
    const unknown = withHeader(
      request,
      'authorization',
      headerOf(request, 'authorization').replace('AKIDEXAMPLE', 'AKIDNOBODY'),
    );
    expect(refusal(unknown)[0]).toBe('InvalidClientTokenId');
  });

  it.each<[string, Partial<SigningOptions>, Setting, string]>([
    ['another service', { service: 's3' }, {}, "Credential should be scoped to correct service: 'sts'. "],
    ['the region of another endpoint', {}, { region: 'eu-west-1' }, 'Credential should be scoped to a valid region. '],
    [
      'both',
      { service: 'iam' },
      { region: 'eu-west-1' },
      "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sts'. ",
    ],
    // The region: https://github.com/namecheap/node-vault-client/issues/25, and without its trailing space
    // https://github.com/hashicorp/terraform-provider-aws/issues/34865; until 2022 STS named the region it refused.
    // The service: https://github.com/cllunsford/aws-signing-proxy/issues/25 (of Batch).
  ])('a scope of %s', async (_name, options, setting, text) => {
    expect(refusal(await sign(options), setting)).toEqual(['SignatureDoesNotMatch', 403, text]);
  });

  it.each([
    [
      'another terminator',
      '/aws4_request',
      '/aws5_request',
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    ],
    [
      'another day',
      '/20261120/',
      '/20261119/',
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261119' != '20261120', from '20261120T120000Z'. ",
    ],
    ['host not signed', 'host;', '', "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."],
  ])('%s (text unconfirmed)', async (_name, from, to, text) => {
    const request = await sign();
    const header = headerOf(request, 'authorization');
    expect(header).toContain(from);
    expect(refusal(withHeader(request, 'authorization', header.replace(from, to)))).toEqual([
      'SignatureDoesNotMatch',
      403,
      text,
    ]);
  });
});

describe('signing keys', () => {
  it('are cached by secret and scope, up to a limit', async () => {
    const keys = createSigningKeys(2);
    for (const region of ['a', 'b', 'c', 'a', 'c']) {
      expect(verify(await sign({ region }), { keys }).accessKeyId).toBe(KEY.accessKeyId);
    }
    expect(refusal(await sign({ region: 'a' }), { keys, secret: 'changed' })).toEqual(MISMATCH);
  });

  it('are cached only for regions of a plausible length, because the region is not verified yet', () => {
    const keys = createSigningKeys();
    const scope = (region: string) => ({ date: '20261120', region, service: 'sts' }) as SignatureParts;
    const long = 'r'.repeat(65);
    expect(keys('secret', scope('us-east-1'))).toBe(keys('secret', scope('us-east-1')));
    expect(keys('secret', scope(long))).toEqual(keys('secret', scope(long)));
    expect(keys('secret', scope(long))).not.toBe(keys('secret', scope(long)));
  });
});
