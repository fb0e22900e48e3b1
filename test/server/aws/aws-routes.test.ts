/** The headers of AWS replies on the socket: those of the pipeline, and none that the server adds. */
import { describe, expect, it } from 'vitest';
import { useEmulator } from '../../support/emulator.ts';

const bed = await useEmulator();
const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';

describe('the content type', () => {
  it.each([
    ['XML', '/?Action=None&Version=2011-06-15', {}, 'text/xml'],
    ['JSON', '/?Action=None&Version=2011-06-15', { accept: 'application/json' }, 'application/json'],
    ['JSON 1.1', '/', { 'x-amz-target': target }, 'application/x-amz-json-1.1'],
    ['a redirect', '/', {}, null],
  ])('of %s', async (_, path, headers, type) => {
    const answer = await fetch(`${bed.rolecall.url}${path}`, { headers, redirect: 'manual' });
    expect(answer.headers.get('content-type')).toBe(type);
  });
});

describe('a request that is too large', () => {
  it('has the headers and the body of an error of STS', async () => {
    const answer = await fetch(bed.rolecall.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: 'a'.repeat(1024 * 1024 + 1),
    });
    const id = answer.headers.get('x-amzn-requestid');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([413, 'application/json']);
    expect(atob(answer.headers.get('x-amz-sts-extended-request-id') ?? '')).toMatch(/^1:us-east-1:S:\d+:R:/);
    expect(await answer.json()).toEqual({
      Error: { Code: 'RequestEntityTooLarge', Message: 'The request body is larger than 1 MiB.', Type: 'Sender' },
      RequestId: id,
    });
  });
});
