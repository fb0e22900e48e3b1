/** The lessons: all of them with what is done, and one opened. */
import { useState } from 'preact/hooks';
import { lessons } from '../lessons/lessons.ts';
import { addressOf } from '../model/route.ts';
import { Badge, Dot } from '../parts/text.tsx';
import { LessonPage } from './lesson.tsx';

const PLACE = 'rolecall-lessons';

/** Ids of solved lessons, kept in this browser. */
function readSolved(): ReadonlySet<string> {
  return new Set((localStorage.getItem(PLACE) ?? '').split(' ').filter(id => id !== ''));
}

export function Lessons({ rest }: { readonly rest: string | undefined }) {
  const [solved, setSolved] = useState(readSolved);
  const keep = (ids: ReadonlySet<string>): void => {
    localStorage.setItem(PLACE, [...ids].join(' '));
    setSolved(ids);
  };
  const at = lessons.findIndex(lesson => lesson.id === rest);
  const lesson = lessons[at];
  if (lesson !== undefined) {
    return (
      <LessonPage
        key={lesson.id}
        lesson={lesson}
        number={at + 1}
        next={lessons[at + 1]?.id}
        solved={() => solved.has(lesson.id) || keep(new Set([...solved, lesson.id]))}
      />
    );
  }
  const done = lessons.filter(one => solved.has(one.id)).length;
  return (
    <>
      <div class="title">
        <h1>Lessons</h1>
        <p>Failures people really have. Mend each so that the right callers come in, and their neighbours stay out.</p>
      </div>
      <div class="stack">
        <div class="row">
          <span class="small" id="progress">
            {done} of {lessons.length} solved
          </span>
          <div
            class="progress"
            role="progressbar"
            aria-labelledby="progress"
            aria-valuemin={0}
            aria-valuemax={lessons.length}
            aria-valuenow={done}
          >
            <span style={{ width: `${(100 * done) / lessons.length}%` }} />
          </div>
          {done > 0 && (
            <button type="button" class="button plain" onClick={() => keep(new Set())}>
              Begin anew
            </button>
          )}
        </div>
        <ol class="lesson-grid">
          {lessons.map((one, place) => (
            <li key={one.id}>
              <a class="card lesson-card" href={addressOf('lessons', one.id)}>
                <h2>
                  {place + 1}. {one.title}
                </h2>
                <p class="soft small">{one.goal}</p>
                <div class="row ends">
                  <Badge>{one.topic}</Badge>
                  {solved.has(one.id) && <Dot state="good" says="Solved" />}
                </div>
              </a>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}
