/** Line diff of two texts by longest common subsequence; sized for policies of a few hundred lines. */

interface DiffLine {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** Longer texts are not compared: all lines are shown as removed and added. */
const MAX_LINES = 1500;

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (lines: readonly string[]): DiffLine[] => lines.map(text => ({ sign: ' ', text }));
  return [
    ...same(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ sign: '-', text });
  const added = (text: string): DiffLine => ({ sign: '+', text });
  if (a.length > MAX_LINES || b.length > MAX_LINES) return [...a.map(removed), ...b.map(added)];
  // common[i][j]: length of the longest common subsequence of a from i and b from j.
  const common = a.map(() => new Uint16Array(b.length + 1));
  common.push(new Uint16Array(b.length + 1));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = common[i];
    for (let j = b.length - 1; row !== undefined && j >= 0; j--) {
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left !== undefined && left === right) {
      lines.push({ sign: ' ', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(left));
      i++;
    } else if (right !== undefined) {
      lines.push(added(right));
      j++;
    }
  }
  return lines;
}

interface ShownLine {
  /** Index of the line in the diff, from 0. */
  readonly id: number;
  /** Undefined: one or more unchanged lines are omitted here. */
  readonly line: DiffLine | undefined;
}

/** Changed lines with `around` unchanged lines before and after each. */
export function withContext(lines: readonly DiffLine[], around = 2): readonly ShownLine[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(line => line.sign !== ' '),
  );
  const shown: ShownLine[] = [];
  for (const [id, line] of lines.entries()) {
    if (near[id] === true) shown.push({ id, line });
    else if (shown.length === 0 || shown.at(-1)?.line !== undefined) shown.push({ id, line: undefined });
  }
  return shown;
}
