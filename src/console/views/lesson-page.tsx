/** One lesson: the problem, the editable texts, and the test cases, evaluated as the user types. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { readJson } from '../../policy/json.ts';
import { Editor } from '../components/editor.tsx';
import { Badge, Prose, StatusDot, UntrustedText } from '../components/text.tsx';
import { Trace } from '../components/trace.tsx';
import { Explanation } from '../components/verdict.tsx';
import {
  type CaseResult,
  check,
  type Lesson,
  type Part,
  type PartKind,
  solutionOf,
  startOf,
} from '../lessons/lesson.ts';
import { leadSentence } from '../model/lead-sentence.ts';
import { marksOf, resourceLayer } from '../model/policy-marks.ts';
import { addressOf } from '../model/route.ts';

interface Props {
  readonly lesson: Lesson;
  readonly number: number;
  readonly next: string | undefined;
  /** Called when the lesson is solved. */
  readonly solved: () => void;
}

export function LessonPage({ lesson, number, next, solved }: Props) {
  const [texts, setTexts] = useState(() => startOf(lesson));
  const [hints, setHints] = useState(0);
  const result = useMemo(() => check(lesson, texts), [lesson, texts]);
  useEffect(() => {
    if (result.solved) solved();
  }, [result.solved]);
  const first = result.cases.find(one => !one.ok) ?? result.cases[0];
  return (
    <>
      <div class="title">
        <h1>
          {number}. {lesson.title}
        </h1>
        <Badge>{lesson.topic}</Badge>
        <a class="small" href={addressOf('lessons')}>
          All lessons
        </a>
      </div>
      <div class="columns even">
        <div class="stack">
          <section class="card pad stack" aria-label="Task">
            <p>
              <Prose text={lesson.problem} />
            </p>
            <p>
              <strong>Goal:</strong> <Prose text={lesson.goal} />
            </p>
          </section>
          <section class="card pad stack" aria-label="Test cases">
            <h2>Test cases</h2>
            <ul class="cases">
              {result.cases.map(one => (
                <CaseItem key={one.title} result={one} />
              ))}
            </ul>
            {first !== undefined && (
              <details>
                <summary>
                  Stages of: <UntrustedText text={first.title} />
                </summary>
                <div class="stack">
                  <Trace decision={first.decision} />
                  <Explanation sentences={first.decision.explanation} />
                </div>
              </details>
            )}
          </section>
        </div>
        <div class="stack">
          <div role="status">
            {result.solved && (
              <div class="note good stack tight" data-testid="solved">
                <strong>Solved.</strong>
                <p>
                  <Prose text={lesson.takeaway} />
                </p>
                {next !== undefined && (
                  <div>
                    <a class="button primary" href={addressOf('lessons', next)}>
                      Next lesson
                    </a>
                  </div>
                )}
              </div>
            )}
          </div>
          {lesson.parts.map(part => (
            <PartEditor
              key={part.id}
              part={part}
              text={texts[part.id] ?? ''}
              policyError={result.policyErrors[part.id]}
              marked={result.cases.find(one => !one.ok && one.expected === 'allowed') ?? first}
              change={text => setTexts(old => ({ ...old, [part.id]: text }))}
            />
          ))}
          <section class="card pad stack" aria-label="Help">
            <div class="row">
              <button
                type="button"
                class="button"
                disabled={hints >= lesson.hints.length}
                onClick={() => setHints(hints + 1)}
              >
                {hints === 0 ? 'Show a hint' : `Next hint (${hints} of ${lesson.hints.length})`}
              </button>
              <button type="button" class="button plain" onClick={() => setTexts(startOf(lesson))}>
                Reset
              </button>
              {hints >= lesson.hints.length && !result.solved && (
                <button type="button" class="button plain" onClick={() => setTexts(solutionOf(lesson))}>
                  Show solution
                </button>
              )}
            </div>
            {hints > 0 && (
              <ul class="explanation">
                {lesson.hints.slice(0, hints).map(hint => (
                  <li key={hint}>
                    <Prose text={hint} />
                  </li>
                ))}
              </ul>
            )}
          </section>
        </div>
      </div>
    </>
  );
}

const editorKinds = {
  trust: 'trust',
  identity: 'identity',
  session: 'session',
  json: 'json',
  workflow: 'plain',
} as const satisfies Readonly<Record<PartKind, string>>;

interface PartProps {
  readonly part: Part;
  readonly text: string;
  readonly policyError: string | undefined;
  readonly marked: CaseResult | undefined;
  readonly change: (text: string) => void;
}

function PartEditor({ part: { title, kind }, text, policyError, marked, change }: PartProps) {
  const marks = useMemo(() => {
    const layer = kind === 'trust' && marked !== undefined ? resourceLayer(marked.decision.layers) : undefined;
    const read = readJson(text);
    return layer === undefined || !read.ok ? [] : marksOf(layer, read.value);
  }, [kind, text, marked]);
  return (
    <section class="card pad stack" aria-label={title}>
      <h2>{title}</h2>
      <Editor text={text} change={change} label={title} kind={editorKinds[kind]} marks={marks} />
      {policyError !== undefined && (
        <p class="note bad">
          IAM rejects this policy: <UntrustedText text={policyError} maxLength={1200} />
        </p>
      )}
    </section>
  );
}

function CaseItem({ result: { title, expected, ok, decision } }: { readonly result: CaseResult }) {
  const label = `${decision.allowed ? 'allowed' : 'denied'}, ${ok ? 'as expected' : 'not as expected'}`;
  const reason = leadSentence(decision.explanation);
  return (
    <li data-ok={ok}>
      <div class="case">
        <StatusDot state={ok ? 'good' : 'bad'} label={label} />
        <span>
          <UntrustedText text={title} />
        </span>
        <Badge tone={ok ? 'good' : 'bad'}>
          {decision.allowed ? 'allowed' : 'denied'}
          {ok ? '' : `, expected: ${expected}`}
        </Badge>
        {!ok && reason !== '' && (
          <span class="reason">
            <UntrustedText text={reason} maxLength={400} />
          </span>
        )}
      </div>
    </li>
  );
}
