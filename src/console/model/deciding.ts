/** Which parts of a policy decided: the places to mark in its text, with what was expected and what came. */
import type { Evaluation, Json, LayerName, LayerVerdict, StatementVerdict } from '../../policy/decision.ts';
import { isObject } from '../../policy/document.ts';
import { valueAt } from '../../policy/explain/patch.ts';
import { pointerStep } from '../../policy/json.ts';

export interface Mark {
  readonly pointer: string;
  readonly ok: boolean;
  /** Marked for another reason than a decision: a remark of the linter. */
  readonly noted?: boolean;
  /** For conditions: what the policy wants, and what the request has; null when the key is absent. */
  readonly expected?: readonly string[];
  readonly actual?: readonly string[] | null;
  readonly title: string;
}

const ownLayers: ReadonlySet<LayerName> = new Set(['trust', 'resource']);

/** The layer whose policy is the role's own. */
export const ownLayer = (layers: Evaluation['layers']): LayerVerdict | undefined =>
  layers.find(layer => ownLayers.has(layer.layer));

/** Number of elements against a statement. */
const against = ({ principal, action, conditions }: StatementVerdict): number =>
  [principal, action, ...conditions].filter(verdict => !verdict.ok).length;

/** Statements that decided: Denies that apply, else Allows that apply, else the Allows that came closest. */
function decidingStatements(statements: readonly StatementVerdict[]): readonly StatementVerdict[] {
  const denies = statements.filter(one => one.applies && one.effect === 'Deny');
  if (denies.length > 0) return denies;
  const grants = statements.filter(one => one.applies);
  if (grants.length > 0) return grants;
  const allows = statements.filter(one => one.effect === 'Allow');
  const least = Math.min(...allows.map(against));
  return allows.filter(one => against(one) === least);
}

/** Marks for the document of a layer; pointers that the document has not are left out. */
export function marksOf(layer: LayerVerdict, document: Json): readonly Mark[] {
  const single = isObject(document) && isObject(document['Statement']);
  return decidingStatements(layer.statements).flatMap(statement => {
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
      // A Deny decides by the conditions that hold, an Allow by those that do not.
      const decided = statement.effect === 'Deny' && statement.applies ? ok : !ok;
      marks.push({ pointer, ok: !decided, expected, actual, title: `${full} ${key}` });
    }
    return marks.filter(mark => valueAt(document, mark.pointer) !== undefined);
  });
}
