/** Only canonical base64 is decoded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBase64 } from '../../src/kernel/base64.ts';

const encodings = ['base64', 'base64url'] as const;

describe.each(encodings)('readBase64, %s', encoding => {
  it('decodes the output of an encoder', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        expect(readBase64(Buffer.from(bytes).toString(encoding), encoding)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('accepts one text per bytes: a changed, added or removed character is refused or gives other bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(),
        fc.constantFrom('replace', 'insert', 'delete'),
        fc.constantFrom(...'ABab09+/-_=!* \n\r\t\0é.'),
        (bytes, place, verb, letter) => {
          const text = Buffer.from(bytes).toString(encoding);
          const at = place % (text.length + 1);
          const changed =
            text.slice(0, at) + (verb === 'delete' ? '' : letter) + text.slice(verb === 'insert' ? at : at + 1);
          if (changed !== text) expect(readBase64(changed, encoding)).not.toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  it.each(['=', '==', '!', '*', ' ', '\n', '\0', 'A=', '.'])('refuses %j at the end', ending => {
    expect(readBase64(`QUJDRA${encoding === 'base64' ? '==' : ''}${ending}`, encoding)).toBeUndefined();
  });
});
