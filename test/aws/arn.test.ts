/** ARNs have six parts; the last one may contain colons. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arn, iamArn, parseArn, splitArn, stsArn } from '../../src/aws/arn.ts';

describe('an ARN', () => {
  it.each<[string, Arn]>([
    [
      'arn:aws:iam::123456789012:role/path/name',
      { partition: 'aws', service: 'iam', region: '', account: '123456789012', resource: 'role/path/name' },
    ],
    [
      'arn:aws:sns:us-east-1:123456789012:topic:subscription:id',
      {
        partition: 'aws',
        service: 'sns',
        region: 'us-east-1',
        account: '123456789012',
        resource: 'topic:subscription:id',
      },
    ],
    ['arn:aws-cn:s3:::bucket/*', { partition: 'aws-cn', service: 's3', region: '', account: '', resource: 'bucket/*' }],
  ])('%s', (text, parts) => {
    expect(parseArn(text)).toEqual(parts);
  });

  it.each([
    '',
    'arn',
    'arn:aws:iam::123456789012',
    'arn::iam::1:role/x',
    'arn:aws:::1:x',
    'arn:aws:iam::1:',
    'ARN:aws:iam::1:x',
    'x:aws:iam::1:y',
  ])('%j is invalid', text => {
    expect(parseArn(text)).toBeUndefined();
  });

  it('splits at the first five colons and loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ':', '/', '*') }), text => {
        const parts = splitArn(text);
        expect(parts === undefined).toBe(text.split(':').length < 6);
        expect(parts?.join(':') ?? text).toBe(text);
        expect(parts?.slice(0, 5).some(part => part.includes(':')) ?? false).toBe(false);
      }),
    );
  });

  it('of IAM and STS has no region', () => {
    expect(iamArn('123456789012', 'root')).toBe('arn:aws:iam::123456789012:root');
    expect(stsArn('123456789012', 'assumed-role/r/s')).toBe('arn:aws:sts::123456789012:assumed-role/r/s');
  });
});
