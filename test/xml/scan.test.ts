/** The scan of XML: which documents it refuses before they are parsed, and that it throws only XmlError. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XML_LIMITS, XmlError } from '../../src/xml/limits.ts';
import { restoreTexts, scanXml } from '../../src/xml/scan.ts';
import { processorMs } from '../support/processor-time.ts';
import { BOMBS } from './bombs.ts';

/** The error of a document; undefined if it is accepted. */
function errorOf(text: string): XmlError | undefined {
  try {
    scanXml(text, XML_LIMITS);
    return undefined;
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
}

describe('refuses', () => {
  const ofScan = BOMBS.filter(([, , clause]) => !clause.endsWith('namespace prefixes in scope'));
  it.each(ofScan)('%s (%s): %s', (_, code, message, text) => {
    expect(errorOf(text)).toMatchObject({ code, message });
  });

  it.each([
    ['', 'it contains no element'],
    ['x', 'text outside of the root element'],
    ['<a/>x', 'text outside of the root element'],
    ['<a/><b/>', 'it has more than one root element'],
    ['<a>', 'it ends before all elements are closed'],
    ['<a/></a>', 'a closing tag without an opening tag'],
    ['<a', 'a tag without ">"'],
    ['</a', 'a closing tag without ">"'],
    ['< a/>', 'a name is missing'],
    ['<a b/>', 'an attribute without a quoted value'],
    ['<a b=c/>', 'an attribute without a quoted value'],
    ['<a b="c/>', 'an attribute value without a closing quote'],
    ['<a b="<"/>', '"<" in an attribute value'],
    ['<a b="1"c="2"/>', 'attributes without whitespace between them'],
    ['<a b="1" b="2"/>', 'an element has a duplicate attribute'],
    ['<a>]]></a>', '"]]>" in a text'],
    ['<a><!-- -- --></a>', 'a comment that does not end with "-->"'],
    ['<a><!--</a>', 'a comment that does not end with "-->"'],
    ['<![CDATA[x]]><a/>', 'a CDATA section outside of the root element, or without "]]>"'],
    ['<a><![CDATA[x</a>', 'a CDATA section outside of the root element, or without "]]>"'],
    ['<a>&#0;</a>', '&#0; is not a valid character'],
    ['<a>&#xFFFE;</a>', '&#xFFFE; is not a valid character'],
    ['<a>&#xD800;</a>', '&#xD800; is not a valid character'],
    ['<a>&#9999999;</a>', '&#9999999; is not a valid character'],
  ])('%j as invalid XML: %s', (text, why) => {
    expect(errorOf(text)).toMatchObject({ code: 'not-xml', message: `is not XML: ${why}` });
  });

  it.each(['\0', '\u0008', '\u001f', '\ufffe', '\uffff', '\ud800'])('the character %j', character => {
    expect(errorOf(`<a>${character}</a>`)).toMatchObject({ code: 'not-xml' });
  });
});

describe('accepts', () => {
  it.each([
    ['a declaration and a mark at the beginning', '\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<a/>', '<a/>'],
    ['comments, which are left out', '<!-- a --><a>b<!--c-->d</a><!-- e -->', '<a>bd</a>'],
    ['both quotes', `<a b='"' c="'" />`, `<a b='"' c="'" />`],
    ['references', '<a b="&lt;&#x41;">&amp;&#65;</a>', '<a b="&lt;&#x41;">&amp;&#65;</a>'],
    ['a CDATA section', '<a><![CDATA[<b>&c;]]></a>', '<a><![CDATA[<b>&c;]]></a>'],
    ['characters of all planes', '<é>\u{1f600}\u0085</é>', '<é>\u{1f600}\u0085</é>'],
  ])('%s', (_, text, skeleton) => {
    expect(scanXml(text, XML_LIMITS).skeleton).toBe(skeleton);
  });

  it('documents up to the limits, and replaces long texts by placeholders', () => {
    const long = 'x'.repeat(9_000_000);
    const { skeleton, texts } = scanXml(`<a>${'<b/>'.repeat(1999)}${long}&amp;</a>`, XML_LIMITS);
    expect(texts).toEqual([long]);
    expect(skeleton.length).toBeLessThan(20_000);
    expect(restoreTexts(skeleton, texts)).toContain(`${long}&amp;`);
  });
});

it('throws only XmlError, for any text', () => {
  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      '/',
      '</',
      '/>',
      '<a',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?xml ',
      '?>',
      '<!',
      '&',
      '&amp;',
      '&#',
      ';',
    ],
    ...['"', "'", '=', ' ', '\n', 'a', 'xmlns', ':', '-', ']', 'é', '\ufeff', '\ufffe', '\ud800', '0'],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join('')),
  );
  fc.assert(
    fc.property(text, one => errorOf(one) === undefined || errorOf(one) instanceof XmlError),
    { numRuns: 2000 },
  );
});

it('takes a fraction of a second for the worst documents that it accepts or refuses', () => {
  // Ten million characters of each kind, and every bomb: the parser alone took 23 seconds for the second of them.
  const worst = [
    `<a>${'x'.repeat(9_999_000)}</a>`,
    `<a><!--${'- '.repeat(4_999_000)}--></a>`,
    `<a>${' '.repeat(9_999_000)}</a>`,
    `<a b="${'x'.repeat(9_999_000)}`,
    '<'.repeat(10_000_000),
    '&'.repeat(10_000_000),
  ];
  for (const text of [...worst, ...BOMBS.map(([, , , bomb]) => bomb)]) {
    expect(processorMs(() => errorOf(text))).toBeLessThan(1000);
  }
});
