/** What a lesson is: texts the reader mends, and cases the evaluator judges - who must come in, and who must stay out. */
import { type Judgement, refusedTrust } from '../model/judge.ts';

export type PartKind = 'trust' | 'identity' | 'session' | 'json' | 'workflow';

/** A text the reader may edit. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly kind: PartKind;
  readonly start: string;
  /** One text that solves the lesson; shown when asked for, and kept by a test. */
  readonly solution: string;
}

/** The texts as they stand, by part id. */
export type Texts = Readonly<Record<string, string>>;

export interface Case {
  readonly title: string;
  readonly want: 'in' | 'out';
  readonly judge: (texts: Texts) => Judgement;
}

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly topic: string;
  /** What happened, in two or three sentences. */
  readonly story: string;
  readonly goal: string;
  readonly parts: readonly Part[];
  readonly hints: readonly string[];
  readonly cases: readonly Case[];
  /** What to take home; shown when the lesson is solved. */
  readonly moral: string;
}

export interface CaseResult {
  readonly title: string;
  readonly want: 'in' | 'out';
  readonly ok: boolean;
  readonly judgement: Judgement;
}

export interface Result {
  readonly solved: boolean;
  readonly cases: readonly CaseResult[];
  /** Why AWS would not save a text, by part id. */
  readonly refused: Readonly<Record<string, string>>;
}

/** Judges every case. Solved: each ends as it must, and IAM would save every policy. */
export function check(lesson: Lesson, texts: Texts): Result {
  const cases = lesson.cases.map(({ title, want, judge }) => {
    const judgement = judge(texts);
    return { title, want, judgement, ok: judgement.allowed === (want === 'in') };
  });
  const refused: Record<string, string> = Object.create(null);
  for (const { id, kind } of lesson.parts) {
    const sentence = kind === 'trust' ? refusedTrust(texts[id] ?? '') : undefined;
    if (sentence !== undefined) refused[id] = sentence;
  }
  return { solved: cases.every(one => one.ok) && Object.keys(refused).length === 0, cases, refused };
}

export const startOf = (lesson: Lesson): Texts => textsOf(lesson, part => part.start);
export const solutionOf = (lesson: Lesson): Texts => textsOf(lesson, part => part.solution);

function textsOf(lesson: Lesson, pick: (part: Part) => string): Texts {
  const texts: Record<string, string> = Object.create(null);
  for (const part of lesson.parts) texts[part.id] = pick(part);
  return texts;
}

/** A judgement of something that is no policy: allowed, or refused with a sentence. */
export function plainJudgement(action: string, resource: string, refusal: string | undefined): Judgement {
  const step = { name: 'policies', ok: refusal === undefined, code: 'rule', detail: { sentence: refusal } };
  return {
    action,
    resource,
    principal: null,
    allowed: refusal === undefined,
    steps: [step],
    layers: [],
    explanation: refusal === undefined ? [] : [refusal],
    fixes: [],
  };
}
