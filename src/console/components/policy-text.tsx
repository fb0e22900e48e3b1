/** Shows a policy with its decisive elements marked, and the diff of two texts. */
import { useEffect, useRef } from 'preact/hooks';
import type { Json } from '../../policy/decision.ts';
import { diffLines, withContext } from '../model/diff.ts';
import { isWithin, type Line, linesOf } from '../model/json-lines.ts';
import type { Mark } from '../model/policy-marks.ts';
import { UntrustedText, VisibleText } from './text.tsx';

interface Props {
  readonly document: Json;
  readonly marks: readonly Mark[];
  readonly label: string;
}

export function PolicyText({ document, marks, label }: Props) {
  const lines = linesOf(document);
  const decisiveCount = marks.filter(mark => !mark.ok).length;
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const decisive = element.current?.querySelector<HTMLElement>('.decisive');
    // Scrolls the decisive line into view within the policy; the page does not scroll.
    if (element.current && decisive) element.current.scrollTop = decisive.offsetTop - element.current.clientHeight / 3;
  }, [document, marks]);
  return (
    <section class="policy" aria-label={label} tabIndex={0} ref={element}>
      {lines.map(line => {
        const mark = markOf(line, marks);
        const last = mark !== undefined && markOf(lines[line.id + 1], marks) !== mark;
        return (
          <div key={line.id}>
            <div class={`line ${styleOf(mark)}`} style={{ '--depth': line.depth }}>
              {line.tokens.map(({ text, kind }) => (
                <span key={kind + text} class={kind}>
                  <VisibleText text={text} />
                </span>
              ))}
            </div>
            {last && !mark.ok && <Mismatch mark={mark} depth={line.depth} isOnly={decisiveCount === 1} />}
          </div>
        );
      })}
    </section>
  );
}

const styleOf = (mark: Mark | undefined): string =>
  mark === undefined ? '' : mark.isFinding === true ? 'finding' : mark.ok ? 'satisfied' : 'decisive';

/** The innermost mark that contains a line. */
const markOf = (line: Line | undefined, marks: readonly Mark[]): Mark | undefined => {
  const pointer = line?.tokens[0]?.pointer;
  if (pointer === undefined) return undefined;
  const around = marks.filter(mark => isWithin(pointer, mark.pointer));
  return around.sort((a, b) => b.pointer.length - a.pointer.length)[0];
};

interface MismatchProps {
  readonly mark: Mark;
  readonly depth: number;
  /** Whether this is the only decisive element. */
  readonly isOnly: boolean;
}

/** Expected and actual values, below the decisive line. */
function Mismatch({ mark: { title, expected, actual }, depth, isOnly }: MismatchProps) {
  return (
    <div class="mismatch" style={{ '--depth': depth }}>
      <strong>{isOnly ? 'This element decided the result.' : 'This element contributed to the result.'}</strong>
      {expected === undefined ? (
        <span> {title}.</span>
      ) : (
        <dl>
          <dt>expected</dt>
          <dd>
            <Values values={expected} other={actual?.[0]} />
          </dd>
          <dt>actual</dt>
          <dd>
            {actual === null || actual === undefined ? (
              <em>absent from the request</em>
            ) : (
              <Values values={actual} other={expected[0]} />
            )}
          </dd>
        </dl>
      )}
    </div>
  );
}

/** The values; when one value is compared with one other, the part that differs is marked. */
function Values({ values, other }: { readonly values: readonly string[]; readonly other: string | undefined }) {
  const [only = ''] = values;
  if (values.length !== 1 || other === undefined) {
    return (
      <>
        {values.map(value => (
          <div key={value}>
            <UntrustedText text={value} />
          </div>
        ))}
      </>
    );
  }
  const [head, middle, tail] = splitDifference(only, other);
  return (
    <bdi>
      <VisibleText text={head} />
      {middle === '' ? (
        ''
      ) : (
        <mark class="differs">
          <VisibleText text={middle} />
        </mark>
      )}
      <VisibleText text={tail} />
    </bdi>
  );
}

/** Splits a text into the common prefix with another text, the part that differs, and the common suffix. */
function splitDifference(text: string, other: string): readonly [string, string, string] {
  let head = 0;
  while (head < text.length && text[head] === other[head]) head++;
  let tail = 0;
  while (tail < text.length - head && tail < other.length - head && text.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return [text.slice(0, head), text.slice(head, text.length - tail), text.slice(text.length - tail)];
}

const signs = { '+': 'added', '-': 'removed', ' ': 'same' } as const;

export function Diff({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}) {
  return (
    <section class="diff" aria-label={label} tabIndex={0}>
      {withContext(diffLines(before, after)).map(({ id, line }) =>
        line === undefined ? (
          <div key={id} class="skipped">
            ⋯
          </div>
        ) : (
          <div key={id} class={signs[line.sign]}>
            {line.sign === ' ' ? '\u00a0' : line.sign} <VisibleText text={line.text} />
            {line.sign !== ' ' && <span class="visually-hidden"> ({signs[line.sign]})</span>}
          </div>
        ),
      )}
    </section>
  );
}
