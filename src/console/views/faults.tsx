/** Wanted faults: calls that are to fail, be slow or be cut off, so that a client's retries can be seen. */
import { useState } from 'preact/hooks';
import { call, sentenceOf } from '../api/calls.ts';
import type { FaultView, IssuerView } from '../api/words.ts';
import { useAnswer } from '../parts/loading.ts';
import { Badge, Outside } from '../parts/text.tsx';

const kinds = [
  { id: 'error', title: 'an AWS error' },
  { id: 'delay', title: 'a delay' },
  { id: 'drop', title: 'a dropped connection' },
] as const;
type Kind = (typeof kinds)[number]['id'];

/** Errors worth trying; the server knows more. */
const errors = ['Throttling', 'IDPCommunicationError', 'ServiceUnavailable', 'ExpiredTokenException', 'AccessDenied'];

export function Faults() {
  const faults = useAnswer<{ faults: readonly FaultView[] }>('/faults');
  const issuers = useAnswer<{ issuers: readonly IssuerView[] }>('/issuers');
  const [failure, setFailure] = useState<string>();
  const attempt = async (done: Promise<unknown>): Promise<void> => {
    try {
      await done;
      setFailure(undefined);
      faults.again();
    } catch (error) {
      setFailure(sentenceOf(error));
    }
  };
  const list = faults.value?.faults ?? [];
  const said = failure ?? faults.failure;
  return (
    <>
      <div class="title">
        <h1>Faults</h1>
        <p>Let chosen calls fail, and see what your client makes of it.</p>
      </div>
      <div class="stack narrow">
        {said !== undefined && (
          <p class="note bad" role="alert">
            <Outside text={said} most={600} />
          </p>
        )}
        <NewFault issuers={issuers.value?.issuers ?? []} add={fault => void attempt(call('POST', '/faults', fault))} />
        <section class="card pad stack" aria-label="Faults in force">
          <div class="row ends">
            <h2>In force</h2>
            {list.length > 0 && (
              <button type="button" class="button plain" onClick={() => void attempt(call('DELETE', '/faults'))}>
                Forget all
              </button>
            )}
          </div>
          {list.length === 0 && <p class="soft">None: every call is answered as it deserves.</p>}
          <ul class="cases">
            {list.map(fault => (
              <li key={fault.id} class="row ends">
                <span>
                  <Outside text={sentence(fault)} most={300} />{' '}
                  <Badge>
                    {fault.hits} {fault.hits === 1 ? 'call' : 'calls'} so far
                  </Badge>
                </span>
                <button
                  type="button"
                  class="button plain"
                  onClick={() => void attempt(call('DELETE', `/faults/${encodeURIComponent(fault.id)}`))}
                >
                  Forget<span class="unseen"> {sentence(fault).slice(0, 80)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function sentence({ match, respond, times }: FaultView): string {
  const who = [match.action ?? 'every call', ...(match.issuer === undefined ? [] : [`of ${match.issuer}`])].join(' ');
  const what = [
    ...(respond.delayMs === undefined ? [] : [`waits ${respond.delayMs} ms`]),
    ...(respond.error === undefined ? [] : [`is answered ${respond.error}`]),
    ...(respond.status === undefined ? [] : [`with status ${respond.status}`]),
    ...(respond.drop === true ? ['is cut off'] : []),
  ].join(' and ');
  return `${who} ${what}${times === undefined ? '' : times === 1 ? ', once' : `, ${times} times`}`;
}

type Declared = Omit<FaultView, 'id' | 'hits'>;

interface NewProps {
  readonly issuers: readonly IssuerView[];
  readonly add: (fault: Declared) => void;
}

function NewFault({ issuers, add }: NewProps) {
  const [action, setAction] = useState('AssumeRoleWithWebIdentity');
  const [issuer, setIssuer] = useState('');
  const [kind, setKind] = useState<Kind>('error');
  const [error, setError] = useState('Throttling');
  const [delay, setDelay] = useState('2000');
  const [times, setTimes] = useState('1');
  const answers: Readonly<Record<Kind, FaultView['respond']>> = {
    error: { error },
    delay: { delayMs: Number(delay) },
    drop: { drop: true },
  };
  return (
    <section class="card pad stack" aria-label="A new fault">
      <h2>A new fault</h2>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          add({
            match: { ...(action === '' ? {} : { action }), ...(issuer === '' ? {} : { issuer }) },
            respond: answers[kind],
            ...(times === '' ? {} : { times: Number(times) }),
          });
        }}
      >
        <div class="fields">
          <div class="field">
            <label for="fault-action">Operation</label>
            <input
              id="fault-action"
              class="input mono"
              placeholder="every one"
              value={action}
              onInput={event => setAction(event.currentTarget.value)}
            />
          </div>
          <div class="field">
            <label for="fault-issuer">Issuer</label>
            <select
              id="fault-issuer"
              class="input"
              value={issuer}
              onChange={event => setIssuer(event.currentTarget.value)}
            >
              <option value="">every one</option>
              {issuers.map(one => (
                <option key={one.id} value={one.id}>
                  {one.title ?? one.id}
                </option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="fault-kind">Answer</label>
            <select
              id="fault-kind"
              class="input"
              value={kind}
              onChange={event => setKind(kinds.find(one => one.id === event.currentTarget.value)?.id ?? 'error')}
            >
              {kinds.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </div>
          {kind === 'error' && (
            <div class="field">
              <label for="fault-error">Error</label>
              <input
                id="fault-error"
                class="input mono"
                list="fault-errors"
                value={error}
                onInput={event => setError(event.currentTarget.value)}
              />
              <datalist id="fault-errors">
                {errors.map(name => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </div>
          )}
          {kind === 'delay' && (
            <div class="field">
              <label for="fault-delay">Milliseconds</label>
              <input
                id="fault-delay"
                class="input"
                type="number"
                min="0"
                max="600000"
                value={delay}
                onInput={event => setDelay(event.currentTarget.value)}
              />
            </div>
          )}
          <div class="field">
            <label for="fault-times">How often</label>
            <input
              id="fault-times"
              class="input"
              type="number"
              min="1"
              placeholder="until forgotten"
              value={times}
              onInput={event => setTimes(event.currentTarget.value)}
            />
          </div>
        </div>
        <div>
          <button type="submit" class="button first">
            Add
          </button>
        </div>
      </form>
    </section>
  );
}
