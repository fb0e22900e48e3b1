/** Nodes of a YAML document before they become values: keys that stand twice, aliases that lead nowhere or to too much. */
import type { Alias, Node, ParsedNode, YAMLMap } from 'yaml';
import { YamlError } from './yaml-bounds.ts';

export interface YamlErrorEntry {
  /** Quotes nothing of the text but signs of YAML: any word in it may be a secret. */
  readonly message: string;
  /** Where in the text, in characters from its start. */
  readonly at: number;
}

const UNKNOWN_ANCHOR = 'this alias has no anchor before it; a text that begins with * stands in quotes';

/** An anchored node, and how many values it is with its aliases replaced; undefined while it is being counted. */
interface Anchored {
  readonly node: Node;
  size: number | undefined;
}

const startOf = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

/** All faults of the nodes. Throws YamlError when the aliases unfold to more than so many values. */
export function examine(
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
        'has aliases that unfold to too much; write some of it out',
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
    else if (target.size === undefined)
      faults.push({ message: 'this alias stands inside the value for which it stands', at });
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
        if (names.has(key.value)) faults.push({ message: 'this key stands twice in its mapping', at: startOf(key) });
        names.add(key.value);
      }
    }
    return size;
  };

  const resolved = (node: unknown): unknown => (isAlias(node) ? anchors.get(node.source)?.node : node);

  /** A mapping, or a list of some; an alias that leads nowhere has a fault already. */
  const isMergeable = (value: unknown): boolean => {
    const source = resolved(value);
    const sources: readonly unknown[] = isSeq(source) ? source.items.map(resolved) : [source];
    return sources.every(one => one === undefined || isMap(one));
  };

  sizeOf(root);
  return faults;
}
