/** AWS errors: the reply, and the details for the decision only. */
import { describe, expect, it } from 'vitest';
import {
  AwsError,
  accessDenied,
  errorRow,
  internalFailure,
  malformedInput,
  validationError,
} from '../../src/aws/error.ts';

describe('the catalogue', () => {
  it.each([
    [validationError('m'), 'ValidationError', 400, 'Sender'],
    [malformedInput(), 'MalformedInput', 400, 'Sender'],
    [accessDenied('m'), 'AccessDenied', 403, 'Sender'],
    // Throttling is a 400: https://github.com/jlevers/selling-partner-api/issues/278
    [internalFailure(), 'InternalFailure', 500, 'Receiver'],
    [errorRow('NoSuchEntity', 404)('m'), 'NoSuchEntity', 404, 'Sender'],
  ])('%s', (error, code, status, type) => {
    expect([error.code, error.status, error.type]).toEqual([code, status, type]);
    expect(error).toBeInstanceOf(AwsError);
  });

  it('keeps details that AWS does not return separate from the message', () => {
    const cause = new TypeError('x');
    const error = accessDenied('no', { detail: 'why', reason: 'unknown-role', cause });
    expect(error).toMatchObject({ awsMessage: 'no', message: 'no', detail: 'why', reason: 'unknown-role', cause });
    expect(malformedInput()).toMatchObject({ awsMessage: undefined, message: 'MalformedInput' });
  });
});
