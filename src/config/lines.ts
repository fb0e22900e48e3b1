/** Line numbers of a text, counted from 1. */

/** Returns a function from an offset to its line; the line ends are found once, at the first call. */
export function createLineLookup(text: string): (offset: number) => number {
  let ends: readonly number[] | undefined;
  return offset => {
    ends ??= endsOf(text);
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

function endsOf(text: string): number[] {
  const ends: number[] = [];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) ends.push(at);
  return ends;
}
