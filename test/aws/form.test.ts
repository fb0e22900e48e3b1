/** The form encoding, and malformed forms. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/aws/error.ts';
import { PARAMETER_LIMIT, readForm } from '../../src/aws/form.ts';
import { keptMebibytes } from '../support/heap.ts';

const fromBody = (body: string | Buffer): Record<string, string> => Object.fromEntries(readForm('', Buffer.from(body)));
const fromQuery = (query: string): Record<string, string> => Object.fromEntries(readForm(query, undefined));

const thrown = (read: () => unknown): [string, number, string | undefined] => {
  try {
    read();
  } catch (error) {
    if (error instanceof AwsError) return [error.code, error.status, error.awsMessage];
    throw error;
  }
  throw new Error('it was read');
};

describe('names and values', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['&&', {}],
    ['A=1&B=2', { A: '1', B: '2' }],
    ['A', { A: '' }],
    ['A=', { A: '' }],
    ['=x', { '': 'x' }],
    ['A=b=c', { A: 'b=c' }],
    ['A=1+2%2B3%20', { A: '1 2+3 ' }],
    ['A%2EB=%C3%A9%F0%9F%98%80', { 'A.B': 'é😀' }],
    ['A=%00%0A', { A: '\0\n' }],
    ['A=1&A=2', { A: '1' }],
    ['A;B=1', { 'A;B': '1' }],
  ])('%s', (form, expected) => {
    expect(fromBody(form)).toEqual(expected);
    expect(fromQuery(form)).toEqual(expected);
  });

  it('are UTF-8 where they are not escaped; a query has one character per byte', () => {
    expect(fromBody('A=ሴ')).toEqual({ A: 'ሴ' });
    expect(fromQuery(Buffer.from('A=ሴ').toString('latin1'))).toEqual({ A: 'ሴ' });
  });

  it('of the query come before those of the body', () => {
    expect(Object.fromEntries(readForm('A=1', Buffer.from('A=2&B=3')))).toEqual({ A: '1', B: '3' });
  });

  it('may have any name', () => {
    const form = readForm('', Buffer.from('__proto__=1&constructor=2&toString=3'));
    expect([...form]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]);
    expect(Object.prototype).not.toHaveProperty('1');
  });

  it('equal those of URLSearchParams for every well-formed form', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }))),
        given => {
          const made = new URLSearchParams(given);
          const first = new Map<string, string>();
          for (const [name, value] of made) if (!first.has(name)) first.set(name, value);
          expect(readForm('', Buffer.from(made.toString()))).toEqual(first);
          expect(readForm(made.toString(), undefined)).toEqual(first);
        },
      ),
    );
  });
});

describe('malformed forms', () => {
  it.each([
    ['A=%zz', 'Illegal hex character in escape % pattern: %zz'],
    ['A=%4', 'Incomplete trailing escape % sequence'],
    ['A=%', 'Incomplete trailing escape % sequence'],
    ['A=%41%g1', 'Illegal hex character in escape % pattern: %g1'],
    ['%=1', 'Incomplete trailing escape % sequence'],
    ['A=%C3', 'The request is not valid UTF-8.'],
    ['A=%ff%fe', 'The request is not valid UTF-8.'],
    ['A=%ED%A0%80', 'The request is not valid UTF-8.'],
    ['A=%C0%80', 'The request is not valid UTF-8.'],
  ])('%s is MalformedQueryString (text unconfirmed)', (form, text) => {
    expect(thrown(() => fromBody(form))).toEqual(['MalformedQueryString', 400, text]);
    expect(thrown(() => fromQuery(form))).toEqual(['MalformedQueryString', 400, text]);
  });

  it('bytes that are not UTF-8 (unconfirmed)', () => {
    const bytes = Buffer.from([0x41, 0x3d, 0xff]);
    expect(thrown(() => fromBody(bytes))[0]).toBe('MalformedQueryString');
    expect(thrown(() => fromQuery(bytes.toString('latin1')))[0]).toBe('MalformedQueryString');
  });

  it('too many parameters (unconfirmed)', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, at) => `A${at}=1`).join('&');
    expect(Object.keys(fromBody(many(PARAMETER_LIMIT)))).toHaveLength(PARAMETER_LIMIT);
    expect(thrown(() => fromBody(many(PARAMETER_LIMIT + 1)))).toEqual([
      'MalformedInput',
      400,
      'The request has more than 2000 parameters.',
    ]);
    expect(thrown(() => readForm(many(1000), Buffer.from(many(1001))))[0]).toBe('MalformedInput');
  });

  it('any bytes are read or refused with an AWS error', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        const body = Buffer.from(bytes);
        for (const read of [() => readForm('', body), () => readForm(body.toString('latin1'), undefined)]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(AwsError);
          }
        }
      }),
    );
  });
});

it('values of a large form do not keep the form in memory', () => {
  const name = 'a-name-of-some-length';
  const read = (at: number) => readForm('', Buffer.from(`A=${name}&Pad=${String(at).padEnd(1_000_000, 'a')}`)).get('A');
  expect(keptMebibytes(() => Array.from({ length: 40 }, (_, at) => read(at)))).toBeLessThan(5);
  expect(read(0)).toBe(name);
});
