/** YAML texts that are small or simple but expensive to parse. */

export const many = (count: number, one: (at: number) => string, between = '\n'): string =>
  Array.from({ length: count }, (_, at) => one(at)).join(between);

const TOO_MANY = 'has more values than the YAML limit (about 30000); use JSON instead';
const TOO_DEEP = 'nests deeper than 128 levels';
const EXPANDS = 'its aliases expand to too many values; write some of them out';

const billionLaughs = (levels: number): string =>
  [
    'a0: &a0 [x, x, x, x, x, x, x, x, x]',
    many(levels, at => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`),
  ].join('\n');

/** Description, expected line, expected message, and the text. */
export const BOMBS: readonly (readonly [string, number, string, string])[] = [
  ['50,000 anchors', 10001, TOO_MANY, many(50_000, at => `- &a${at} x`)],
  ['anchors', 201, 'has more than 200 anchors; write some of the values out', many(5000, at => `- &a${at} x`)],
  [
    'anchors on one line',
    1,
    'has more than 200 anchors; write some of the values out',
    many(5000, at => `&a${at}`, ' '),
  ],
  ['aliases', 2, 'has more than 2000 aliases; write some of the values out', `a: &a x\nb: [${'*a, '.repeat(9000)}]`],
  ['100,000 nested [', 1, TOO_DEEP, '['.repeat(100_000)],
  ['10,000 nested [', 1, TOO_DEEP, `a: ${'['.repeat(10_000)}`],
  ['10,000 nested {', 1, TOO_DEEP, '{a: '.repeat(10_000)],
  ['100,000 nested -', 1, TOO_DEEP, `${'- '.repeat(100_000)}a`],
  ['10,000 nested -', 1, TOO_DEEP, `${'- '.repeat(10_000)}a`],
  ['10,000 nested ?', 1, TOO_DEEP, `${'? '.repeat(10_000)}a`],
  ['deep indentation', 129, TOO_DEEP, many(1500, at => `${' '.repeat(at)}a:`)],
  ['brackets after quotes', 1, TOO_DEEP, `a: [${'"x"[['.repeat(5000)}`],
  ['brackets after a quote in a block scalar', 3, TOO_DEEP, `a: |\n  'b\nc: ${'['.repeat(10_000)}'`],
  ['a billion laughs', 2, EXPANDS, billionLaughs(9)],
  [
    'nested merges, two at each level',
    2,
    EXPANDS,
    `a0: &a0 {k: 1}\n${many(60, at => `a${at + 1}: &a${at + 1} {<<: [*a${at}, *a${at}]}`)}`,
  ],
  [
    'a chain of 5,000 merges',
    3334,
    TOO_MANY,
    `a0: &a0 {k0: 1}\n${many(5000, at => `a${at + 1}: &a${at + 1} {<<: *a${at}, k: 1}`)}`,
  ],
  ['a million items', 15_001, TOO_MANY, '- a\n'.repeat(1_000_000)],
  ['a million items on one line', 1, TOO_MANY, `a: [${'1,'.repeat(1_000_000)}]`],
  ['100,000 keys', 15_001, TOO_MANY, many(100_000, at => `k${at}: v`)],
  ['20,000 keys', 15_001, TOO_MANY, many(20_000, at => `k${at}: v`)],
  ['a million closing brackets', 1, TOO_MANY, '}'.repeat(1_000_000)],
  ['a million quotes', 1, TOO_MANY, '"a"'.repeat(1_000_000)],
  ['a million tags', 1, TOO_MANY, '!a '.repeat(1_000_000)],
  ['a million documents', 15_001, TOO_MANY, '---\n'.repeat(1_000_000)],
  ['nine megabytes', 1, 'is larger than 8388608 characters; use JSON instead', `a: ${'x'.repeat(9_000_000)}`],
];
