/** The stages of a decision as a row, with the failed one marked; and the table of all checks. */
import type { Step } from '../../policy/decision.ts';
import type { LocalDecision } from '../model/local-decision.ts';
import { type Stage, type StageState, stagesOf } from '../model/stages.ts';
import { Icon, UntrustedText } from './text.tsx';

const stateLabels: Readonly<Record<StageState, string>> = {
  passed: 'passed',
  failed: 'failed',
  'not-reached': 'not reached',
};

const signs = { passed: 'yes', failed: 'no', 'not-reached': 'dash' } as const;

export function Trace({ decision }: { readonly decision: LocalDecision }) {
  return (
    <ol class="trace" aria-label="Stages of the decision">
      {stagesOf(decision).map(stage => (
        <StageItem key={stage.name} stage={stage} />
      ))}
    </ol>
  );
}

function StageItem({ stage: { name, state, subject, steps } }: { readonly stage: Stage }) {
  const failed = steps.find(step => !step.ok);
  return (
    <li class={`stage ${state}`} data-state={state}>
      <span class="icon">
        <Icon mark={signs[state]} size={20} />
      </span>
      <span class="name">
        {name}
        <span class="visually-hidden">, {stateLabels[state]}</span>
      </span>
      {state === 'failed' && <div class="check">{failed === undefined ? 'denied' : stepTitle(failed)}</div>}
      {subject !== '' && (
        <div class="subject">
          <UntrustedText text={subject} maxLength={200} />
        </div>
      )}
    </li>
  );
}

const stepTitle = ({ name, code }: Step): string => `${name}: ${code}`.replaceAll('-', ' ');

/** Every check, in evaluation order. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <section class="scrollable" aria-label="Checks" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Result</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, at) => (
            <tr key={`${step.name} ${at}`}>
              <th scope="row">{step.name}</th>
              <td class={step.ok ? '' : 'differs'}>{step.code}</td>
              <td class="mono">
                <UntrustedText text={step.detail === undefined ? '' : JSON.stringify(step.detail)} maxLength={2000} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
