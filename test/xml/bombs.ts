/** XML documents that are small and expensive to parse: a name, and the document. */

const many = (count: number, one: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => one(at)).join('');

/** Nested elements that each declare a namespace. */
export const nestedNamespaces = (count: number): string =>
  `<r>${many(count, at => `<a xmlns:n${at}="u:${at}">`)}${'</a>'.repeat(count)}</r>`;

export const siblings = (count: number): string => `<r>${'<a/>'.repeat(count)}</r>`;

/** Name, code, message and document. */
export const BOMBS: readonly (readonly [string, string, string, string])[] = [
  ['a thousand nested namespaces', 'too-deep', 'nests deeper than 64 elements', nestedNamespaces(1000)],
  ['two thousand nested namespaces', 'too-deep', 'nests deeper than 64 elements', nestedNamespaces(2000)],
  ['80,000 elements', 'too-many', 'has more than 2000 elements', siblings(80_000)],
  ['150,000 elements', 'too-many', 'has more than 2000 elements', siblings(150_000)],
  ['elements nested a hundred thousand levels', 'too-deep', 'nests deeper than 64 elements', '<a>'.repeat(100_000)],
  [
    '50,000 attributes of one element',
    'too-many',
    'has an element with more than 100 attributes',
    `<a ${many(50_000, at => `a${at}="" `)}/>`,
  ],
  [
    'attributes of many elements',
    'too-many',
    'has more than 4000 attributes',
    `<r>${`<a ${many(90, at => `a${at}="" `)}/>`.repeat(60)}</r>`,
  ],
  [
    'declarations of namespaces, one after the other',
    'too-many',
    'declares more than 1000 namespaces',
    `<r>${many(1600, at => `<a xmlns="u${at}"/>`)}</r>`,
  ],
  [
    'prefixes that are bound at one place',
    'too-many',
    'has more than 64 namespace prefixes in scope',
    `<r ${many(70, at => `xmlns:p${at}="u" `)}/>`,
  ],
  [
    'an attribute of a megabyte',
    'too-large',
    'has an attribute of more than 60000 characters',
    `<a b="${'x'.repeat(1e6)}"/>`,
  ],
  ['a name of a megabyte', 'too-large', 'has a name of more than 999 characters', `<${'x'.repeat(1e6)}/>`],
  [
    'ten million blanks in a tag',
    'too-large',
    'has more than 300000 characters in tags',
    `<a${' '.repeat(9_900_000)}/>`,
  ],
  [
    'comments',
    'too-many',
    'has more than 4000 comments, CDATA sections and references',
    `<r>${'<!---->'.repeat(6000)}</r>`,
  ],
  [
    'CDATA sections',
    'too-many',
    'has more than 4000 comments, CDATA sections and references',
    `<r>${'<![CDATA[]]>'.repeat(6000)}</r>`,
  ],
  [
    'references',
    'too-many',
    'has more than 4000 comments, CDATA sections and references',
    `<r>${'&#65;'.repeat(6000)}</r>`,
  ],
  ['more than ten million characters', 'too-large', 'is larger than 10000000 characters', ' '.repeat(10_000_001)],
  ['a document type', 'forbidden', 'has a document type declaration', '<!DOCTYPE a><a/>'],
  ['a document type in lower case', 'forbidden', 'has a document type declaration', '<!doctype a><a/>'],
  [
    'a document type in any case',
    'forbidden',
    'has a document type declaration',
    '<?xml version="1.0"?>\n<!DoCtYpE a><a/>',
  ],
  ['a declared entity', 'forbidden', 'has a document type declaration', '<a><!ENTITY b "c"></a>'],
  ['a processing instruction', 'forbidden', 'has a processing instruction', '<?xml-stylesheet href="x"?><a/>'],
  ['an XML declaration that is not first', 'forbidden', 'has a processing instruction', ' <?xml version="1.0"?><a/>'],
  [
    'an entity of its own',
    'forbidden',
    'refers to an entity; only amp, lt, gt, apos, quot and numeric character references are allowed',
    '<a>&b;</a>',
  ],
  [
    'an entity of its own in an attribute',
    'forbidden',
    'refers to an entity; only amp, lt, gt, apos, quot and numeric character references are allowed',
    '<a b="&amp;&c;"/>',
  ],
  ['an attribute that a parser drops', 'forbidden', 'has an attribute named __proto__', '<a __proto__="1"/>'],
];
