/** JSON Patch (RFC 6902), the operations that a fix uses: add, replace, remove. Returns a new tree; the input is unchanged. */
import { isObject, readPointer } from '../../kernel/json.ts';
import type { Json, PatchOperation } from '../decision.ts';

/** Applies the operations in order; undefined when a path does not exist. */
export function applyPatch(document: Json, patch: readonly PatchOperation[]): Json | undefined {
  let tree: Json | undefined = document;
  for (const operation of patch) {
    if (tree === undefined) return undefined;
    tree = change(tree, readPointer(operation.path), operation);
  }
  return tree;
}

/** The value at a JSON Pointer; undefined when there is none. */
export function valueAt(document: Json, path: string): Json | undefined {
  let value: Json | undefined = document;
  for (const step of readPointer(path)) value = value === undefined ? undefined : child(value, step);
  return value;
}

function child(value: Json, step: string): Json | undefined {
  if (isList(value)) return value[Number(step)];
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function change(tree: Json, path: readonly string[], operation: PatchOperation): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return operation.op === 'remove' ? undefined : operation.value;
  if (rest.length > 0) {
    const inner = child(tree, step);
    const changed = inner === undefined ? undefined : change(inner, rest, operation);
    return changed === undefined ? undefined : withChild(tree, step, changed);
  }
  if (operation.op !== 'add' && child(tree, step) === undefined) return undefined;
  if (operation.op === 'remove') return withoutChild(tree, step);
  if (operation.op === 'add' && isList(tree)) {
    const at = step === '-' ? tree.length : Number(step);
    // Also for a step that is no number.
    if (!(at <= tree.length)) return undefined;
    return [...tree.slice(0, at), operation.value, ...tree.slice(at)];
  }
  return withChild(tree, step, operation.value);
}

function withChild(tree: Json, step: string, value: Json): Json | undefined {
  if (isList(tree)) return tree.map((item, index) => (index === Number(step) ? value : item));
  if (!isObject(tree)) return undefined;
  return Object.assign(Object.create(null), tree, { [step]: value });
}

function withoutChild(tree: Json, step: string): Json | undefined {
  if (isList(tree)) return tree.filter((_, index) => index !== Number(step));
  if (!isObject(tree)) return undefined;
  const left: Record<string, Json> = Object.assign(Object.create(null), tree);
  delete left[step];
  return left;
}
