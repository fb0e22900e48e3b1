/** Operation rows: typed where they are defined, untyped in the pipeline. */
import { describe, expect, it } from 'vitest';
import { bindService } from '../../src/aws/compile.ts';
import { type Call, defineOperations } from '../../src/aws/operation.ts';
import { struct, text } from '../../src/aws/shape.ts';

const operation = defineOperations<string, { readonly suffix: string }>();
const input = struct('In', { A: text() });
const call: Call<string> = {
  requestId: 'id',
  service: 'sts',
  operation: 'Op',
  region: 'us-east-1',
  caller: 'me',
  sourceIp: '192.0.2.7',
  userAgent: '',
  secure: false,
  host: '',
  requestSize: 0,
  now: 0,
  isoTime: '1970-01-01T00:00:00.000Z',
  decided: () => undefined,
};

describe('a row', () => {
  const authorized = operation({
    name: 'Op',
    auth: 'signed',
    input,
    output: struct('Out', { B: text() }),
    target: ({ A }, { caller }, { suffix }) => ({ resource: `${caller}/${A}${suffix}` }),
    handle: ({ A }, { caller }, { suffix }) => ({ B: `${caller}:${A}${suffix}` }),
  });
  const open = operation({ name: 'Open', auth: 'none', input, handle: () => ({}) });
  const facts = { name: 'sts', version: '1', namespace: 'urn:x', printsValues: true, notEmulated: [], errors: [] };
  const [bound, boundOpen] = bindService({ ...facts, operations: [authorized, open] }, { suffix: '?' }).operations;

  it('returns one target as a list of one', () => {
    expect(bound?.targets({ A: 'a' }, call)).toEqual([{ resource: 'me/a?' }]);
  });

  it('needs no authorization without a target, and no validation without a check', () => {
    expect(boundOpen?.targets({}, call)).toEqual([]);
    expect([boundOpen?.check, boundOpen?.output]).toEqual([undefined, undefined]);
  });

  it('needs no dependencies after it is bound to its service', () => {
    expect(bound?.handle({ A: 'a' }, call)).toEqual({ B: 'me:a?' });
  });
});
