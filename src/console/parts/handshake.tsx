/** The handshake as a picture: a row of stations, the one that failed, and the checks made at each. */
import type { Step } from '../../policy/decision.ts';
import type { Judgement } from '../model/judge.ts';
import { type Station, type StationState, stationsOf } from '../model/stations.ts';
import { Outside, Sign } from './text.tsx';

const words: Readonly<Record<StationState, string>> = {
  passed: 'passed',
  failed: 'refused here',
  waiting: 'not reached',
};

const signs = { passed: 'yes', failed: 'no', waiting: 'wait' } as const;

export function Handshake({ judgement }: { readonly judgement: Judgement }) {
  return (
    <ol class="handshake" aria-label="The handshake, step by step">
      {stationsOf(judgement).map(station => (
        <StationItem key={station.name} station={station} />
      ))}
    </ol>
  );
}

function StationItem({ station: { name, state, subject, steps } }: { readonly station: Station }) {
  const failed = steps.find(step => !step.ok);
  return (
    <li class={`station ${state}`} data-state={state}>
      <span class="sign">
        <Sign mark={signs[state]} size={20} />
      </span>
      <span class="name">
        {name}
        <span class="unseen">, {words[state]}</span>
      </span>
      {state === 'failed' && <div class="check">{failed === undefined ? 'refused' : stepTitle(failed)}</div>}
      {subject !== '' && (
        <div class="subject">
          <Outside text={subject} most={200} />
        </div>
      )}
    </li>
  );
}

const stepTitle = ({ name, code }: Step): string => `${name}: ${code}`.replaceAll('-', ' ');

/** Every check in the order it was made. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <section class="scrolls" aria-label="Checks" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Answer</th>
            <th scope="col">What it looked at</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, at) => (
            <tr key={`${step.name} ${at}`}>
              <th scope="row">{step.name}</th>
              <td class={step.ok ? '' : 'differs'}>{step.code}</td>
              <td class="mono">
                <Outside text={step.detail === undefined ? '' : JSON.stringify(step.detail)} most={2000} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
