/** Finds the policy elements that decided: JSON Pointers to mark, with the expected and the actual values. */
import type { Evaluation, Json, LayerName, LayerVerdict, StatementVerdict } from '../../policy/decision.ts';
import { valueAt } from '../../policy/explain/patch.ts';
import { isObject, pointerStep } from '../../policy/json.ts';

export interface Mark {
  readonly pointer: string;
  readonly ok: boolean;
  /** A linter finding, not part of a decision. */
  readonly isFinding?: boolean;
  /** For conditions: the policy's values and the request's values; `actual` is null when the key is absent. */
  readonly expected?: readonly string[];
  readonly actual?: readonly string[] | null;
  readonly title: string;
}

const resourceLayers: ReadonlySet<LayerName> = new Set(['trust', 'resource']);

/** The layer of the trust policy or resource policy. */
export const resourceLayer = (layers: Evaluation['layers']): LayerVerdict | undefined =>
  layers.find(layer => resourceLayers.has(layer.layer));

/** Number of elements of a statement that do not match. */
const countMismatches = ({ principal, action, conditions }: StatementVerdict): number =>
  [principal, action, ...conditions].filter(verdict => !verdict.ok).length;

/** Statements that decided: Deny statements that apply, else Allow statements that apply, else the Allow statements with the fewest mismatches. */
function decisiveStatements(statements: readonly StatementVerdict[]): readonly StatementVerdict[] {
  const denies = statements.filter(one => one.applies && one.effect === 'Deny');
  if (denies.length > 0) return denies;
  const grants = statements.filter(one => one.applies);
  if (grants.length > 0) return grants;
  const allows = statements.filter(one => one.effect === 'Allow');
  const least = Math.min(...allows.map(countMismatches));
  return allows.filter(one => countMismatches(one) === least);
}

/** Marks for the document of a layer; omits pointers that do not exist in the document. */
export function marksOf(layer: LayerVerdict, document: Json): readonly Mark[] {
  const single = isObject(document) && isObject(document['Statement']);
  return decisiveStatements(layer.statements).flatMap(statement => {
    const path = single ? '/Statement' : `/Statement/${statement.index}`;
    const elements = [
      { name: 'Principal', verdict: statement.principal },
      { name: 'Action', verdict: statement.action },
    ];
    const marks: Mark[] = elements
      .filter(({ verdict }) => !verdict.ok)
      .map(({ name }) => ({ pointer: `${path}/${name}`, ok: false, title: `${name} does not match` }));
    for (const { operator, qualifier, key, ok, expected, actual } of statement.conditions) {
      const full = qualifier === null ? operator : `${qualifier}:${operator}`;
      const pointer = `${path}/Condition${pointerStep(full)}${pointerStep(key)}`;
      // An applicable Deny is decided by the conditions that match, an Allow by those that do not.
      const decided = statement.effect === 'Deny' && statement.applies ? ok : !ok;
      marks.push({ pointer, ok: !decided, expected, actual, title: `${full} ${key}` });
    }
    return marks.filter(mark => valueAt(document, mark.pointer) !== undefined);
  });
}
