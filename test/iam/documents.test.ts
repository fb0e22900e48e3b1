/** Documents in responses, and the positions of their statements. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Position, statementSpans } from '../../src/iam/statement-positions.ts';
import { encodeDocument } from '../../src/iam/views.ts';

it('encodes any document with unreserved characters of RFC 3986 only, and decodes to the same text', () => {
  const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map(code => String.fromCharCode(code)) });
  fc.assert(
    fc.property(printable, text => {
      const encoded = encodeDocument(text);
      expect(encoded).toMatch(/^(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(encoded)).toBe(text);
    }),
  );
});

/** The offset of a position, computed independently. */
const offsetOf = (text: string, { Line, Column }: Position): number =>
  text
    .split('\n')
    .slice(0, Line - 1)
    .reduce((sum, line) => sum + line.length + 1, 0) +
  Column -
  1;

it('finds every statement, for any formatting and any strings', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '{', '}', '[', ']', '"', '\\', ':', ',', '\n', ' ') });
  const statement = fc.record({
    Sid: text,
    Condition: fc.dictionary(text, fc.array(text, { maxLength: 2 }), { maxKeys: 2 }),
  });
  const statements = fc.oneof(fc.array(statement, { maxLength: 4 }), statement);
  const order = fc.boolean();
  fc.assert(
    fc.property(statements, order, fc.integer({ min: 0, max: 4 }), (Statement, first, indent) => {
      const document = first ? { Statement, Id: 'Statement' } : { Id: 'Statement', Statement };
      const written = JSON.stringify(document, null, indent);
      const spans = statementSpans(written);
      const found = spans.map(({ StartPosition, EndPosition }) =>
        JSON.parse(written.slice(offsetOf(written, StartPosition), offsetOf(written, EndPosition))),
      );
      expect(JSON.stringify(found)).toBe(JSON.stringify([Statement].flat()));
    }),
  );
});
