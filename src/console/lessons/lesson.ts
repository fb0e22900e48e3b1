/** The lesson type: editable texts, and test cases with the expected decision; and the check of a solution. */
import { type LocalDecision, trustPolicyError } from '../model/local-decision.ts';

export type PartKind = 'trust' | 'identity' | 'session' | 'json' | 'workflow';

/** An editable text. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly kind: PartKind;
  readonly start: string;
  /** A text that solves the lesson; shown on request, and verified by a test. */
  readonly solution: string;
}

/** The current texts, by part ID. */
export type Texts = Readonly<Record<string, string>>;

export interface Case {
  readonly title: string;
  readonly expected: 'allowed' | 'denied';
  readonly decide: (texts: Texts) => LocalDecision;
}

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  /** The problem, in two or three sentences. */
  readonly problem: string;
  readonly goal: string;
  readonly parts: readonly Part[];
  readonly hints: readonly string[];
  readonly cases: readonly Case[];
  /** The rule that the lesson teaches; shown when the lesson is solved. */
  readonly takeaway: string;
}

export interface CaseResult {
  readonly title: string;
  readonly expected: 'allowed' | 'denied';
  readonly ok: boolean;
  readonly decision: LocalDecision;
}

interface Result {
  readonly solved: boolean;
  readonly cases: readonly CaseResult[];
  /** The error that IAM returns when the text is saved, by part ID. */
  readonly policyErrors: Readonly<Record<string, string>>;
}

/** Evaluates every case. A lesson is solved when each case has the expected decision and IAM accepts every policy. */
export function check(lesson: Lesson, texts: Texts): Result {
  const cases = lesson.cases.map(({ title, expected, decide }) => {
    const decision = decide(texts);
    return { title, expected, decision, ok: decision.allowed === (expected === 'allowed') };
  });
  const policyErrors: Record<string, string> = Object.create(null);
  for (const { id, kind } of lesson.parts) {
    const sentence = kind === 'trust' ? trustPolicyError(texts[id] ?? '') : undefined;
    if (sentence !== undefined) policyErrors[id] = sentence;
  }
  return { solved: cases.every(one => one.ok) && Object.keys(policyErrors).length === 0, cases, policyErrors };
}

export const startOf = (lesson: Lesson): Texts => textsOf(lesson, part => part.start);
export const solutionOf = (lesson: Lesson): Texts => textsOf(lesson, part => part.solution);

function textsOf(lesson: Lesson, pick: (part: Part) => string): Texts {
  const texts: Record<string, string> = Object.create(null);
  for (const part of lesson.parts) texts[part.id] = pick(part);
  return texts;
}

/** A decision that is not made by a policy: allowed, or denied with an error message. */
export function decisionWithoutPolicy(action: string, resource: string, errorText: string | undefined): LocalDecision {
  const step = { name: 'policies', ok: errorText === undefined, code: 'rule', detail: { sentence: errorText } };
  return {
    action,
    resource,
    principal: null,
    allowed: errorText === undefined,
    steps: [step],
    layers: [],
    explanation: errorText === undefined ? [] : [errorText],
    fixes: [],
  };
}
