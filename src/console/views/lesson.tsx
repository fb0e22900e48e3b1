/** One lesson: the story, the texts to mend, and who comes in while you type. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { readJson } from '../../policy/json.ts';
import {
  type CaseResult,
  check,
  type Lesson,
  type Part,
  type PartKind,
  solutionOf,
  startOf,
} from '../lessons/lesson.ts';
import { marksOf, ownLayer } from '../model/deciding.ts';
import { addressOf } from '../model/route.ts';
import { telling } from '../model/telling.ts';
import { Editor } from '../parts/editor.tsx';
import { Handshake } from '../parts/handshake.tsx';
import { Badge, Dot, Outside, Prose } from '../parts/text.tsx';
import { Why } from '../parts/verdict.tsx';

interface Props {
  readonly lesson: Lesson;
  readonly number: number;
  readonly next: string | undefined;
  /** Told once when the lesson is solved. */
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
              <Prose text={lesson.story} />
            </p>
            <p>
              <strong>Goal.</strong> <Prose text={lesson.goal} />
            </p>
          </section>
          <section class="card pad stack" aria-label="Who comes in">
            <h2>Who comes in</h2>
            <ul class="cases">
              {result.cases.map(one => (
                <CaseItem key={one.title} result={one} />
              ))}
            </ul>
            {first !== undefined && (
              <details>
                <summary>
                  The handshake of: <Outside text={first.title} />
                </summary>
                <div class="stack">
                  <Handshake judgement={first.judgement} />
                  <Why sentences={first.judgement.explanation} />
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
                  <Prose text={lesson.moral} />
                </p>
                {next !== undefined && (
                  <div>
                    <a class="button first" href={addressOf('lessons', next)}>
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
              refused={result.refused[part.id]}
              marked={result.cases.find(one => !one.ok && one.want === 'in') ?? first}
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
                {hints === 0 ? 'Give me a hint' : `Another hint (${hints} of ${lesson.hints.length})`}
              </button>
              <button type="button" class="button plain" onClick={() => setTexts(startOf(lesson))}>
                Start over
              </button>
              {hints >= lesson.hints.length && !result.solved && (
                <button type="button" class="button plain" onClick={() => setTexts(solutionOf(lesson))}>
                  Show a solution
                </button>
              )}
            </div>
            {hints > 0 && (
              <ul class="why">
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
  readonly refused: string | undefined;
  readonly marked: CaseResult | undefined;
  readonly change: (text: string) => void;
}

function PartEditor({ part: { title, kind }, text, refused, marked, change }: PartProps) {
  const marks = useMemo(() => {
    const layer = kind === 'trust' && marked !== undefined ? ownLayer(marked.judgement.layers) : undefined;
    const read = readJson(text);
    return layer === undefined || !read.ok ? [] : marksOf(layer, read.value);
  }, [kind, text, marked]);
  return (
    <section class="card pad stack" aria-label={title}>
      <h2>{title}</h2>
      <Editor text={text} change={change} label={title} kind={editorKinds[kind]} marks={marks} />
      {refused !== undefined && (
        <p class="note bad">
          AWS would not save this policy: <Outside text={refused} most={1200} />
        </p>
      )}
    </section>
  );
}

function CaseItem({ result: { title, want, ok, judgement } }: { readonly result: CaseResult }) {
  const says = `${judgement.allowed ? 'comes in' : 'stays out'}, ${ok ? 'as it should' : 'and should not'}`;
  const why = telling(judgement.explanation);
  return (
    <li data-ok={ok}>
      <div class="case">
        <Dot state={ok ? 'good' : 'bad'} says={says} />
        <span>
          <Outside text={title} />
        </span>
        <Badge tone={ok ? 'good' : 'bad'}>
          {judgement.allowed ? 'comes in' : 'stays out'}
          {ok ? '' : want === 'in' ? ', should come in' : ', should stay out'}
        </Badge>
        {!ok && why !== '' && (
          <span class="because">
            <Outside text={why} most={400} />
          </span>
        )}
      </div>
    </li>
  );
}
