/** What the caller or the job can change instead of the policy, confirmed by the evaluator where the change is known. */
import type { EvaluationRequest, Fix } from '../decision.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import { sentenceOfEdit } from './edit-sentences.ts';
import { allowsAll, applyEdit, applyToRequest, replacePolicy } from './edited.ts';
import { TITLES } from './fix-words.ts';
import type { Edit, NearMiss } from './near-miss.ts';
import { policiesOf } from './near-misses.ts';
import type { Question } from './question.ts';
import { inSentence } from './sends.ts';

/** The change of the request that the statement expects, when the statement is right as it is, or has mistakes besides. */
export function sendFix(
  group: readonly NearMiss[],
  { request, policies, actions }: Pick<Question, 'request' | 'policies'> & { readonly actions: readonly string[] },
): readonly Fix[] {
  const mistakes = group.filter(miss => miss.send === undefined);
  const isComplete = group.length >= (group[0]?.mismatchCount ?? 0) && mistakes.every(isCorrectable);
  const sends = group.flatMap(miss => miss.send ?? []);
  if (!isComplete || group.some(miss => miss.unclear === true) || sends.length === 0) return [];
  const corrections = group.flatMap<Correction>(miss => {
    const edit = miss.send === undefined ? miss.edits?.[0] : miss.send.correction;
    return edit === undefined ? [] : [{ miss, edit }];
  });
  const patch = sends.flatMap(send => send.patch ?? []);
  const changed = sends.every(send => send.patch !== undefined) ? applyToRequest(request, patch) : undefined;
  if (changed !== undefined && !isHelpful(changed, group, corrections, policies)) return [];
  const isConfirmed = changed !== undefined && allowsAll(changed, actions, policies);
  const [misses, edits] = [corrections.map(({ miss }) => miss), corrections.map(({ edit }) => edit)];
  const more = misses.length === 0 ? '' : ` In the policy: ${sentenceOfEdit({ misses, edits }, [], [])}`;
  const cautions = [...new Set(edits.flatMap(({ caution }) => caution ?? []))];
  const side = sends.some(send => send.side === 'workflow') ? 'workflow' : 'caller';
  const title = sends.find(send => send.title !== undefined)?.title ?? TITLES[side];
  const [how = '', ...others] = new Set(sends.map(send => send.how));
  const sentence = `${[how, ...others.map(inSentence)].join('; ')}.${more}`;
  const fix: Fix = {
    side,
    title,
    sentence,
    admits: [],
    ...(cautions.length === 0 ? {} : { caution: cautions.join(' ') }),
  };
  return [isConfirmed ? { ...fix, target: 'request', patch } : fix];
}

/** The edit of a mistake that stands beside what has to be sent. */
interface Correction {
  readonly miss: NearMiss;
  readonly edit: Edit;
}

/** Whether the corrected statement no longer refuses the changed request. */
function isHelpful(
  changed: EvaluationRequest,
  [first]: readonly NearMiss[],
  corrections: readonly Correction[],
  policies: PolicySet,
): boolean {
  const old = first && policiesOf(policies, first.layer)[first.policy];
  const policy =
    old &&
    applyEdit(
      old,
      corrections.flatMap(({ edit }) => edit.patch),
    );
  if (first === undefined || policy === undefined) return false;
  const { layers } = evaluate(changed, replacePolicy(policies, first.layer, first.policy, policy));
  const statements = layers.find(({ layer }) => layer === first.layer)?.statements ?? [];
  const verdict = statements.find(one => one.policy === first.policy && one.index === first.statement);
  return verdict !== undefined && verdict.applies === (first.effect === 'Allow');
}

const isCorrectable = ({ edits: [first] = [] }: NearMiss): boolean => first !== undefined && !first.widens;
