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
