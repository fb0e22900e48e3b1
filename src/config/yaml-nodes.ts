/** Checks the nodes of a YAML document: duplicate keys, aliases without an anchor, aliases that expand too far. */
import type { Alias, Node, ParsedNode, YAMLMap } from 'yaml';
import { YamlError } from './yaml-limits.ts';

export interface YamlErrorEntry {
  /** Quotes only YAML syntax characters of the text, because any word in it may be a secret. */
  readonly message: string;
  /** Offset in the text, in characters. */
  readonly at: number;
}

const UNKNOWN_ANCHOR = 'this alias has no anchor before it; put a text that begins with * in quotes';

/** An anchored node, and its number of values with its aliases expanded; undefined while it is being counted. */
interface Anchored {
  readonly node: Node;
  size: number | undefined;
}

const startOf = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

/** Returns all errors of the nodes. Throws YamlError if the aliases expand to more than `most` values. */
export function checkYamlNodes(
  root: ParsedNode | Node | null,
  most: number,
  merges: boolean,
  { isAlias, isMap, isNode, isPair, isScalar, isSeq }: typeof import('yaml'),
): readonly YamlErrorEntry[] {
  const faults: YamlErrorEntry[] = [];
  const anchors = new Map<string, Anchored>();
  let firstAlias: number | undefined;

  const sizeOf = (node: unknown): number => {
    if (!isNode(node)) return 1;
    if (isAlias(node)) return sizeOfAlias(node);
    const anchored: Anchored = { node, size: undefined };
    if (node.anchor !== undefined) anchors.set(node.anchor, anchored);
    let size = 1;
    if (isMap(node)) size += sizeOfMap(node);
    else if (isSeq(node)) for (const item of node.items) size += sizeOf(item);
    if (size > most) {
      throw new YamlError(
        'unfolds',
        'has aliases that expand to too many values; write some of them out',
        firstAlias ?? startOf(node),
      );
    }
    anchored.size = size;
    return size;
  };

  const sizeOfAlias = (alias: Alias): number => {
    const at = startOf(alias);
    firstAlias ??= at;
    const target = anchors.get(alias.source);
    if (target === undefined) faults.push({ message: UNKNOWN_ANCHOR, at });
    else if (target.size === undefined) faults.push({ message: 'this alias is inside its own anchored value', at });
    return target?.size ?? 1;
  };

  const sizeOfMap = (map: YAMLMap): number => {
    const names = new Set<unknown>();
    let size = 0;
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const { key, value } = pair;
      size += sizeOf(key) + sizeOf(value);
      if (merges && isScalar(key) && key.source === '<<' && (key.type === undefined || key.type === 'PLAIN')) {
        if (!isMergeable(value)) faults.push({ message: '<< merges mappings only', at: startOf(key) });
      } else if (isScalar(key)) {
        if (names.has(key.value)) faults.push({ message: 'duplicate key in this mapping', at: startOf(key) });
        names.add(key.value);
      }
    }
    return size;
  };

  const resolved = (node: unknown): unknown => (isAlias(node) ? anchors.get(node.source)?.node : node);

  /** Whether the value is a mapping or a list of mappings; an alias without an anchor already has an error. */
  const isMergeable = (value: unknown): boolean => {
    const source = resolved(value);
    const sources: readonly unknown[] = isSeq(source) ? source.items.map(resolved) : [source];
    return sources.every(one => one === undefined || isMap(one));
  };

  sizeOf(root);
  return faults;
}
