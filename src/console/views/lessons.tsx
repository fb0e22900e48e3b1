/** The Lessons view: the list with progress, or one lesson. */
import { useState } from 'preact/hooks';
import { Badge, StatusDot } from '../components/text.tsx';
import { lessons } from '../lessons/catalog.ts';
import { addressOf } from '../model/route.ts';
import { LessonPage } from './lesson-page.tsx';

const STORAGE_KEY = 'rolecall-lessons';

/** IDs of solved lessons, from local storage. */
function readSolved(): ReadonlySet<string> {
  return new Set((localStorage.getItem(STORAGE_KEY) ?? '').split(' ').filter(id => id !== ''));
}

export function Lessons({ rest }: { readonly rest: string | undefined }) {
  const [solved, setSolved] = useState(readSolved);
  const save = (ids: ReadonlySet<string>): void => {
    localStorage.setItem(STORAGE_KEY, [...ids].join(' '));
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
        solved={() => solved.has(lesson.id) || save(new Set([...solved, lesson.id]))}
      />
    );
  }
  const done = lessons.filter(one => solved.has(one.id)).length;
  return (
    <>
      <div class="title">
        <h1>Lessons</h1>
        <p>
          Common federation errors. Fix each one so that the intended callers are allowed and all others are denied.
        </p>
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
            <button type="button" class="button plain" onClick={() => save(new Set())}>
              Restart
            </button>
          )}
        </div>
        <ol class="lesson-grid">
          {lessons.map((one, index) => (
            <li key={one.id}>
              <a class="card lesson-card" href={addressOf('lessons', one.id)}>
                <h2>
                  {index + 1}. {one.title}
                </h2>
                <p class="muted small">{one.goal}</p>
                <div class="row spread">
                  <Badge>{one.topic}</Badge>
                  {solved.has(one.id) && <StatusDot state="good" label="Solved" />}
                </div>
              </a>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}
