/** The delay of a fault, and the catalogue that faults name their errors from. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { errorRow } from '../../../src/aws/error.ts';
import { errorCatalogue, waited } from '../../../src/server/faults/responses.ts';

class FakeConnection extends EventEmitter {
  destroyed = false;
}

describe('a delay', () => {
  it('ends when its time is over', async () => {
    const connection = new FakeConnection();
    expect(await waited(1, connection)).toBe(true);
    expect(connection.listenerCount('close')).toBe(0);
  });

  it('ends when the client closes the connection', async () => {
    const connection = new FakeConnection();
    const waiting = waited(600_000, connection);
    connection.emit('close');
    expect(await waiting).toBe(false);
    expect(connection.listenerCount('close')).toBe(0);
  });

  it('does not begin on a closed connection', async () => {
    const connection = new FakeConnection();
    connection.destroyed = true;
    expect(await waited(600_000, connection)).toBe(false);
  });
});

describe('the catalogue of errors', () => {
  it('refuses two rows of one code', () => {
    expect(() => errorCatalogue([{ errors: [errorRow('Throttling', 400)] }])).toThrow(
      'the catalogue of errors has two rows named Throttling',
    );
  });
});
