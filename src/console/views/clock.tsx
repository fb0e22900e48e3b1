/** The Clock view: shows and changes the time that tokens and sessions use. */
import { useEffect, useState } from 'preact/hooks';
import { call, errorMessage } from '../api/client.ts';
import type { ClockView } from '../api/types.ts';
import { Badge } from '../components/text.tsx';

/** Polling interval in milliseconds. */
const TICK = 1000;

const intervals = [
  { title: '5 min', advance: 'PT5M' },
  { title: '1 h', advance: 'PT1H' },
  { title: '12 h', advance: 'PT12H' },
  { title: '30 d', advance: 'P30D' },
] as const;

export function Clock() {
  const [clock, setClock] = useState<ClockView>();
  const [failure, setFailure] = useState<string>();
  const [moment, setMoment] = useState('');
  const send = async (method: 'GET' | 'PUT' | 'DELETE', body?: unknown): Promise<void> => {
    try {
      setClock(await call<ClockView>(method, '/clock', body));
      setFailure(undefined);
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  useEffect(() => {
    void send('GET');
    const timer = setInterval(() => void send('GET'), TICK);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <div class="title">
        <h1>Clock</h1>
        <p>Tokens, sessions and policies use this clock. Request signatures use real time.</p>
      </div>
      <section class="card pad stack narrow" aria-label="Adjustable clock">
        {failure !== undefined && (
          <p class="note bad" role="alert">
            {failure}
          </p>
        )}
        <div class="row">
          <span class="clock-time">{clock === undefined ? '…' : clock.now.slice(0, 19).replace('T', ' ')}</span>
          <span class="muted">UTC</span>
          {clock?.frozen === true && <Badge tone="warn">frozen</Badge>}
          {clock !== undefined && Math.abs(clock.offsetMs) > TICK && <Badge>{offset(clock.offsetMs)}</Badge>}
        </div>
        <div class="clock-row">
          <span class="muted">Forward</span>
          <div class="row">
            {intervals.map(({ title, advance }) => (
              <button key={advance} type="button" class="button" onClick={() => void send('PUT', { advance })}>
                + {title}
              </button>
            ))}
          </div>
          <span class="muted">Back</span>
          <div class="row">
            {intervals.map(({ title, advance }) => (
              <button
                key={advance}
                type="button"
                class="button"
                onClick={() => void send('PUT', { advance: `-${advance}` })}
              >
                − {title}
              </button>
            ))}
          </div>
        </div>
        <form
          class="row align-end"
          onSubmit={event => {
            event.preventDefault();
            void send('PUT', { now: `${moment}Z` });
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
          <button type="button" class="button" onClick={() => void send('PUT', { frozen: clock?.frozen !== true })}>
            {clock?.frozen === true ? 'Unfreeze' : 'Freeze'}
          </button>
          <button type="button" class="button" onClick={() => void send('DELETE')}>
            Reset to real time
          </button>
        </div>
        <p class="muted small">
          To test an expired session, move the clock forward. To test how an SDK refreshes credentials, move the clock
          back before you request them: by the SDK’s own clock they are then close to expiry.
        </p>
      </section>
    </>
  );
}

/** Formats a difference in milliseconds, with its two largest units. */
function offset(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  const units = parts.filter(([count]) => count > 0).slice(0, 2);
  return `${units.map(([count, unit]) => `${count} ${unit}`).join(' ')} ${ms < 0 ? 'behind' : 'ahead of'} real time`;
}
