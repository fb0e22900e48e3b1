/** The XML tree: namespaces, attributes and texts; every XML bomb is refused before it is parsed. */
import { describe, expect, it } from 'vitest';
import { XmlError } from '../../src/xml/limits.ts';
import { attributeOf, descendants, isNamed, parseXml } from '../../src/xml/parse.ts';
import { processorMs } from '../support/processor-time.ts';
import { BOMBS } from './bombs.ts';

describe('a tree', () => {
  const root = parseXml(
    `<?xml version="1.0"?>
     <md:Root xmlns:md="urn:md" xmlns="urn:default" ID="1" md:ID="2" xml:lang="en">
       <One xmlns:x="urn:x"><x:Two x:a="b">text &amp; <!-- c -->more</x:Two></One>
       <One xmlns=""><Three><![CDATA[<raw>]]></Three></One>
     </md:Root>`,
  );

  it('resolves the namespaces of elements and attributes', () => {
    expect([...descendants(root)].map(({ name, local, namespace }) => [name, local, namespace])).toEqual([
      ['One', 'One', 'urn:default'],
      ['x:Two', 'Two', 'urn:x'],
      ['One', 'One', ''],
      ['Three', 'Three', ''],
    ]);
    expect(isNamed(root, 'Root', 'urn:md')).toBe(true);
    expect(attributeOf(root, 'ID')).toBe('1');
    expect(attributeOf(root, 'ID', 'urn:md')).toBe('2');
    expect(attributeOf(root, 'lang', 'http://www.w3.org/XML/1998/namespace')).toBe('en');
    expect(attributeOf(root, 'md', 'http://www.w3.org/2000/xmlns/')).toBe('urn:md');
    expect(attributeOf(root, 'nothing')).toBeUndefined();
  });

  it('contains the texts, without comments and whitespace-only texts', () => {
    expect([...descendants(root)].map(({ text }) => text)).toEqual(['', 'text & more', '', '<raw>']);
    expect(root.text).toBe('');
  });

  it('keeps long texts unchanged', () => {
    const long = `${'ab \n'.repeat(1000)}`;
    const text = `<a>${long}&lt;${long}<![CDATA[${long}]]><b/>${long}</a>`;
    expect(parseXml(text).text).toBe(`${long}<${long}${long}${long}`);
  });

  it.each(['_', 'constructor', 'cdata', 'hasOwnProperty', '__proto__'])('has elements named %s', name => {
    expect(parseXml(`<a><${name}>x</${name}><${name}/></a>`).children.map(child => [child.name, child.text])).toEqual([
      [name, 'x'],
      [name, ''],
    ]);
  });

  it.each(['_', 'constructor', 'cdata', 'hasOwnProperty'])('has attributes named %s', name => {
    expect(parseXml(`<a ${name}="1"/>`).attributes).toEqual([{ name, local: name, namespace: '', value: '1' }]);
  });
});

describe('refuses', () => {
  it.each([
    ['a tag that is closed by another tag', '<a><b></a></b>'],
    ['several tags that are closed by other tags', '<a><b></c><b></c></a></b></a>'],
    ['a name that begins with a digit', '<a><1/></a>'],
    ['a prefix that is not declared', '<a><x:b/></a>'],
    ['a prefix that is declared elsewhere', '<a><b xmlns:x="u"/><x:c/></a>'],
    ['a prefix of an attribute that is not declared', '<a x:b="1"/>'],
    ['a name with two colons', '<a xmlns:b="u" xmlns:c="u"><b:c:d/></a>'],
    ['two attributes of one name by two prefixes', '<a xmlns:b="u" xmlns:c="u" b:x="1" c:x="2"/>'],
  ])('%s', (_, text) => {
    expect(() => parseXml(text)).toThrow(XmlError);
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ code: 'not-xml' }));
    expect(() => parseXml(text)).toThrow(/^is not XML: /);
  });

  it.each(BOMBS)('%s (%s)', (_, code, message, text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ name: 'XmlError', code, message }));
  });
});

it('parses the largest allowed documents in a fraction of a second', () => {
  const elements = `<r>${'<a b="1" c="2"/>text'.repeat(1950)}</r>`;
  const scopes = `<r>${Array.from({ length: 950 }, (_, at) => `<a xmlns="u${at}"/>`).join('')}</r>`;
  for (const text of [elements, scopes]) expect(processorMs(() => parseXml(text))).toBeLessThan(1000);
});
