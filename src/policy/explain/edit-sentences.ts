/** Edits of policies in words: what they change, and whom they let in. */
import { readPointer } from '../../kernel/json.ts';
import type { PatchOperation, Why } from '../decision.ts';
import { text } from './advice.table.ts';
import type { Edit, NearMiss } from './near-miss.ts';

/** `Correct the condition`; several elements: the statement. */
export function titleOfCorrection(misses: readonly NearMiss[]): string {
  const names = new Set(misses.map(({ path }) => readPointer(path).find(step => elements.has(step)) ?? 'Document'));
  const [only] = names;
  return `Correct the ${names.size === 1 && only !== undefined ? (elements.get(only) ?? 'document') : 'statement'}`;
}

const elements: ReadonlyMap<string, string> = new Map([
  ['Principal', 'principal'],
  ['Action', 'action'],
  ['Resource', 'resource'],
  ['Condition', 'condition'],
]);

/** What the patch changes, and whom it lets in. The patch may have more operations than the edits. */
export function sentenceOfEdit(
  { misses, edits }: { readonly misses: readonly NearMiss[]; readonly edits: readonly Edit[] },
  patch: readonly PatchOperation[],
  admits: readonly string[],
): string {
  const changes = misses.map((miss, at) => changeOf(miss, edits[at]?.patch ?? []));
  const known = edits.reduce((count, edit) => count + edit.patch.length, 0);
  const added = patch.slice(known).map(operation => additionOf(operation));
  const [first, ...more] = admits;
  const lets =
    first === undefined ? '' : `This lets in ${first}${more.length === 0 ? '' : `, and ${more.length} more`}.`;
  return [...changes, ...added, lets].filter(part => part !== '').join(' ');
}

/** What to change, from the operations of an edit. */
function changeOf({ why, effect }: NearMiss, patch: readonly PatchOperation[]): string {
  const [first, second, third] = patch;
  if (first === undefined) return '';
  if (why.code === 'no-statement') return `Add a statement for this caller: ${text(why['statement'])}.`;
  const { statement, element } = placeOf(first.path);
  if (first.op === 'remove') {
    const moved = second === undefined ? `remove ${element}` : `change ${element} to ${placeOf(second.path).element}`;
    return `${statement}${moved}${third === undefined ? '' : withValue(third, why)}.`;
  }
  if (first.path.endsWith('/-') || (Array.isArray(first.value) && first.op === 'replace')) {
    const value = Array.isArray(first.value) ? first.value.at(-1) : first.value;
    const verb = effect === 'Deny' ? 'exempt' : 'allow';
    return `${statement}${verb} ${JSON.stringify(value)} as well in ${element}.`;
  }
  const value = JSON.stringify(first.value);
  const more =
    second === undefined
      ? ''
      : ` and add ${placeOf(second.path).element} ${JSON.stringify('value' in second ? second.value : '')}`;
  // An item of a list: the others stay.
  if (/\/\d+$/.test(first.path))
    return `${statement}replace ${JSON.stringify(why['expected'])} with ${value} in ${element}${more}.`;
  const isNew = first.op === 'add' && why.code !== 'variables-need-version';
  return `${statement}${isNew ? `add ${element} ${value}` : `set ${element} to ${value}`}${more}.`;
}

/** What happens to the value of a condition that is moved. */
function withValue(operation: PatchOperation, why: Why): string {
  if (operation.op === 'remove') return '';
  const value = JSON.stringify(operation.value);
  if (operation.op === 'add') return ` and allow ${value} as well`;
  return /\/\d+$/.test(operation.path)
    ? ` and replace ${JSON.stringify(why['expected'])} with ${value}`
    : ` with the value ${value}`;
}

function additionOf(operation: PatchOperation): string {
  if (operation.op === 'remove') return '';
  const { statement, element } = placeOf(operation.path);
  if (operation.path.endsWith('/-'))
    return `${statement}allow ${JSON.stringify(operation.value)} as well in ${element}.`;
  const value = JSON.stringify(operation.value);
  return operation.op === 'replace'
    ? `${statement}set ${element} to ${value}.`
    : `${statement}add ${element} ${value}.`;
}

/** A JSON Pointer into a policy in words: `Statement 1: `, `StringLike sub`. */
function placeOf(path: string): { readonly statement: string; readonly element: string } {
  const [top = '', ...parts] = readPointer(path);
  if (top !== 'Statement') return { statement: 'Document: ', element: top };
  const numbered = /^\d+$/.test(parts[0] ?? '');
  const [element = 'the statement', ...names] = numbered ? parts.slice(1) : parts;
  const words = names.filter(name => name !== '-' && !/^\d+$/.test(name)).join(' ');
  return {
    statement: `Statement ${numbered ? Number(parts[0]) + 1 : 1}: `,
    element: element === 'Condition' ? words || 'the conditions' : `${element}${words === '' ? '' : ` ${words}`}`,
  };
}
