/** A policy's text with the parts that decided marked in it, and differences of two texts. */
import { useEffect, useRef } from 'preact/hooks';
import type { Json } from '../../policy/decision.ts';
import type { Mark } from '../model/deciding.ts';
import { diffLines, withContext } from '../model/diff.ts';
import { isWithin, type Line, linesOf } from '../model/marked-json.ts';
import { Outside, Seen } from './text.tsx';

interface Props {
  readonly document: Json;
  readonly marks: readonly Mark[];
  readonly label: string;
}

export function PolicyText({ document, marks, label }: Props) {
  const lines = linesOf(document);
  const against = marks.filter(mark => !mark.ok).length;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const decided = place.current?.querySelector<HTMLElement>('.decided');
    // Brings what decided into view within the text; the page itself stays where it is.
    if (place.current && decided) place.current.scrollTop = decided.offsetTop - place.current.clientHeight / 3;
  }, [document, marks]);
  return (
    <section class="policy" aria-label={label} tabIndex={0} ref={place}>
      {lines.map(line => {
        const mark = markOf(line, marks);
        const last = mark !== undefined && markOf(lines[line.id + 1], marks) !== mark;
        return (
          <div key={line.id}>
            <div class={`line ${styleOf(mark)}`} style={{ '--depth': line.depth }}>
              {line.pieces.map(({ text, kind }) => (
                <span key={kind + text} class={kind}>
                  <Seen text={text} />
                </span>
              ))}
            </div>
            {last && !mark.ok && <Against mark={mark} depth={line.depth} alone={against === 1} />}
          </div>
        );
      })}
    </section>
  );
}

const styleOf = (mark: Mark | undefined): string =>
  mark === undefined ? '' : mark.noted === true ? 'noted' : mark.ok ? 'held' : 'decided';

/** The mark nearest to a line: of those around it the innermost. */
const markOf = (line: Line | undefined, marks: readonly Mark[]): Mark | undefined => {
  const pointer = line?.pieces[0]?.pointer;
  if (pointer === undefined) return undefined;
  const around = marks.filter(mark => isWithin(pointer, mark.pointer));
  return around.sort((a, b) => b.pointer.length - a.pointer.length)[0];
};

interface AgainstProps {
  readonly mark: Mark;
  readonly depth: number;
  /** Whether nothing else stood against the request. */
  readonly alone: boolean;
}

/** Expected against actual, under the line that decided. */
function Against({ mark: { title, expected, actual }, depth, alone }: AgainstProps) {
  return (
    <div class="against" style={{ '--depth': depth }}>
      <strong>{alone ? 'This decided.' : 'This is against it.'}</strong>
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

/** The values; where one stands against one, the part that differs is marked. */
function Values({ values, other }: { readonly values: readonly string[]; readonly other: string | undefined }) {
  const [only = ''] = values;
  if (values.length !== 1 || other === undefined) {
    return (
      <>
        {values.map(value => (
          <div key={value}>
            <Outside text={value} />
          </div>
        ))}
      </>
    );
  }
  const [head, middle, tail] = apart(only, other);
  return (
    <bdi>
      <Seen text={head} />
      {middle === '' ? (
        ''
      ) : (
        <mark class="differs">
          <Seen text={middle} />
        </mark>
      )}
      <Seen text={tail} />
    </bdi>
  );
}

/** A text cut where it begins and ends to differ from another. */
function apart(text: string, other: string): readonly [string, string, string] {
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
            {line.sign === ' ' ? '\u00a0' : line.sign} <Seen text={line.text} />
            {line.sign !== ' ' && <span class="unseen"> ({signs[line.sign]})</span>}
          </div>
        ),
      )}
    </section>
  );
}
