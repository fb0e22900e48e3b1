/** Finds the offsets of JSON Pointers (RFC 6901) in a YAML text. */
import { createRequire } from 'node:module';
import type { Document, Node } from 'yaml';
import { readPointer } from '../kernel/json.ts';

/** The offset of each pointer: of the member's name or the item; of the nearest parent if the value itself is missing. */
export function yamlOffsets(document: Document, pointers: readonly string[]): ReadonlyMap<string, number> {
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const places = new Map<string, number>();
  for (const pointer of pointers) {
    const place = placeOf(document.contents, pointer, yaml);
    if (place !== undefined) places.set(pointer, place);
  }
  return places;
}

function placeOf(
  root: unknown,
  pointer: string,
  { isMap, isScalar, isSeq }: typeof import('yaml'),
): number | undefined {
  let at: unknown = root;
  let offset: number | undefined;
  for (const key of readPointer(pointer)) {
    if (isMap(at)) {
      const pair = at.items.find(item => isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      at = pair.value;
    } else if (isSeq(at)) {
      at = at.items[Number(key)];
      offset = (at as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
