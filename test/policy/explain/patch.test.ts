/** JSON Patch of fixes, compared with fast-json-patch. */
import fc from 'fast-check';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import type { Json, PatchOperation } from '../../../src/policy/decision.ts';
import { applyPatch } from '../../../src/policy/explain/patch.ts';

const document: Json = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['a', 'b', 'c'], 'a/b': { 'm~n': 1 } },
    { Effect: 'Deny', Action: 'd', constructor: { x: 1 } },
  ],
};

const step = fc.constantFrom('Statement', 'Action', 'Effect', '0', '1', '2', '3', '9', 'a~1b', 'm~0n', 'x', 'new');
const start = fc.constantFrom('', '/Statement', '/Statement/0', '/Statement/0/Action', '/Statement/1');
const path = fc
  .tuple(start, fc.array(step, { minLength: 1, maxLength: 2 }))
  .map(([head, rest]) => `${head}/${rest.join('/')}`);
const value = fc.oneof(fc.string(), fc.constantFrom<Json>(['x'], { y: [1] }, null));
const operation: fc.Arbitrary<PatchOperation> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace'), path, value }),
  fc.record({ op: fc.constant('remove'), path }),
) as fc.Arbitrary<PatchOperation>;

/** The result of fast-json-patch; undefined if it refuses the patch. */
function expected(patch: readonly PatchOperation[]): unknown {
  try {
    const copy = structuredClone(document);
    // Through JSON: two operations of a generated patch may share a value, and structuredClone would let it contain itself.
    const operations = JSON.parse(JSON.stringify(patch)) as Operation[];
    return jsonPatch.applyPatch(copy, operations, true).newDocument;
  } catch (error) {
    if (error instanceof jsonPatch.JsonPatchError) return undefined;
    throw error;
  }
}

describe('a patch', () => {
  it('has the result of fast-json-patch, and changes no document', () => {
    const before = JSON.stringify(document);
    let applied = 0;
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 3 }), patch => {
        const result = applyPatch(document, patch);
        const reference = expected(patch);
        expect(result === undefined ? undefined : JSON.parse(JSON.stringify(result))).toEqual(reference);
        if (reference !== undefined) applied++;
      }),
      { numRuns: 3000 },
    );
    expect(applied).toBeGreaterThan(100);
    expect(JSON.stringify(document)).toBe(before);
  });

  it('does not change a member that the document only inherits; fast-json-patch does', () => {
    const patch: readonly PatchOperation[] = [{ op: 'replace', path: '/constructor', value: 1 }];
    expect(applyPatch(document, patch)).toBeUndefined();
    expect(expected(patch)).toMatchObject({ constructor: 1 });
  });
});
