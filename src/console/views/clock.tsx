/** The movable clock: what time it is for tokens and sessions, and moving it. */
import { useEffect, useState } from 'preact/hooks';
import { call, sentenceOf } from '../api/calls.ts';
import type { ClockView } from '../api/words.ts';
import { Badge } from '../parts/text.tsx';

/** Milliseconds between two looks at the clock. */
const TICK = 1000;

const leaps = [
  { title: '5 min', advance: 'PT5M' },
  { title: '1 h', advance: 'PT1H' },
  { title: '12 h', advance: 'PT12H' },
  { title: '30 d', advance: 'P30D' },
] as const;

export function Clock() {
  const [clock, setClock] = useState<ClockView>();
  const [failure, setFailure] = useState<string>();
  const [moment, setMoment] = useState('');
  const ask = async (method: 'GET' | 'PUT' | 'DELETE', body?: unknown): Promise<void> => {
    try {
      setClock(await call<ClockView>(method, '/clock', body));
      setFailure(undefined);
    } catch (error) {
      setFailure(sentenceOf(error));
    }
  };
  useEffect(() => {
    void ask('GET');
    const timer = setInterval(() => void ask('GET'), TICK);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <div class="title">
        <h1>Clock</h1>
        <p>Tokens, sessions and policies live by this clock. Signatures live by real time.</p>
      </div>
      <section class="card pad stack narrow" aria-label="The movable clock">
        {failure !== undefined && (
          <p class="note bad" role="alert">
            {failure}
          </p>
        )}
        <div class="row">
          <span class="face">{clock === undefined ? '…' : clock.now.slice(0, 19).replace('T', ' ')}</span>
          <span class="soft">UTC</span>
          {clock?.frozen === true && <Badge tone="warn">frozen</Badge>}
          {clock !== undefined && Math.abs(clock.offsetMs) > TICK && <Badge>{offset(clock.offsetMs)}</Badge>}
        </div>
        <div class="clock-row">
          <span class="soft">Forward</span>
          <div class="row">
            {leaps.map(({ title, advance }) => (
              <button key={advance} type="button" class="button" onClick={() => void ask('PUT', { advance })}>
                + {title}
              </button>
            ))}
          </div>
          <span class="soft">Back</span>
          <div class="row">
            {leaps.map(({ title, advance }) => (
              <button
                key={advance}
                type="button"
                class="button"
                onClick={() => void ask('PUT', { advance: `-${advance}` })}
              >
                − {title}
              </button>
            ))}
          </div>
        </div>
        <form
          class="row bottom-ends"
          onSubmit={event => {
            event.preventDefault();
            void ask('PUT', { now: `${moment}Z` });
          }}
        >
          <div class="field">
            <label for="moment">Set to, in UTC</label>
            <input
              id="moment"
              class="input"
              type="datetime-local"
              step="1"
              required
              value={moment}
              onInput={event => setMoment(event.currentTarget.value)}
            />
          </div>
          <button type="submit" class="button">
            Set
          </button>
        </form>
        <div class="row">
          <button type="button" class="button" onClick={() => void ask('PUT', { frozen: clock?.frozen !== true })}>
            {clock?.frozen === true ? 'Let it run' : 'Freeze'}
          </button>
          <button type="button" class="button" onClick={() => void ask('DELETE')}>
            Back to real time
          </button>
        </div>
        <p class="soft small">
          To see a session expire, move the clock forward. To see an SDK refresh its credentials, move it back before
          they are issued: by the SDK’s own clock they are then nearly expired.
        </p>
      </section>
    </>
  );
}

/** Hours, minutes and seconds of a difference. */
function offset(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).slice(0, 2);
  return `${said.map(([count, unit]) => `${count} ${unit}`).join(' ')} ${ms < 0 ? 'behind' : 'ahead of'} real time`;
}
