/** The scan of XML: what it refuses before any parser sees it, and that it throws nothing but its own error. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XML_LIMITS, XmlError } from '../../src/xml/limits.ts';
import { restored, scanXml } from '../../src/xml/scan.ts';
import { processorMs } from '../support/processor.ts';
import { BOMBS } from './bombs.ts';

/** The error of a document; undefined when it is let through. */
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
  const ofScan = BOMBS.filter(([, , clause]) => !clause.startsWith('binds'));
  it.each(ofScan)('%s (%s): %s', (_, code, message, text) => {
    expect(errorOf(text)).toMatchObject({ code, message });
  });

  it.each([
    ['', 'it has no element'],
    ['x', 'text outside its element'],
    ['<a/>x', 'text outside its element'],
    ['<a/><b/>', 'it has more than one root'],
    ['<a>', 'it ends before all elements are closed'],
    ['<a/></a>', 'an element that is closed was never opened'],
    ['<a', 'a tag without ">"'],
    ['</a', 'a closing tag without ">"'],
    ['< a/>', 'a name is missing'],
    ['<a b/>', 'an attribute without a value in quotes'],
    ['<a b=c/>', 'an attribute without a value in quotes'],
    ['<a b="c/>', 'an attribute whose quotes are not closed'],
    ['<a b="<"/>', '"<" in an attribute'],
    ['<a b="1"c="2"/>', 'attributes without a blank between them'],
    ['<a b="1" b="2"/>', 'an element has one attribute twice'],
    ['<a>]]></a>', '"]]>" in a text'],
    ['<a><!-- -- --></a>', 'a comment that does not end with "-->"'],
    ['<a><!--</a>', 'a comment that does not end with "-->"'],
    ['<![CDATA[x]]><a/>', 'a CDATA section outside its element, or without its end'],
    ['<a><![CDATA[x</a>', 'a CDATA section outside its element, or without its end'],
    ['<a>&#0;</a>', '&#0; is no character'],
    ['<a>&#xFFFE;</a>', '&#xFFFE; is no character'],
    ['<a>&#xD800;</a>', '&#xD800; is no character'],
    ['<a>&#9999999;</a>', '&#9999999; is no character'],
  ])('%j as no XML: %s', (text, why) => {
    expect(errorOf(text)).toMatchObject({ code: 'not-xml', message: `is not XML: ${why}` });
  });

  it.each(['\0', '\u0008', '\u001f', '\ufffe', '\uffff', '\ud800'])('the character %j', character => {
    expect(errorOf(`<a>${character}</a>`)).toMatchObject({ code: 'not-xml' });
  });
});

describe('lets through', () => {
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

  it('as much as the limits say, and puts long texts aside', () => {
    const long = 'x'.repeat(9_000_000);
    const { skeleton, texts } = scanXml(`<a>${'<b/>'.repeat(1999)}${long}&amp;</a>`, XML_LIMITS);
    expect(texts).toEqual([long]);
    expect(skeleton.length).toBeLessThan(20_000);
    expect(restored(skeleton, texts)).toContain(`${long}&amp;`);
  });
});

it('throws nothing but its own error, whatever the text', () => {
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

it('takes a small part of a second for the worst that it lets through or refuses', () => {
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
