/** The view of injected faults: errors, delays and dropped connections for testing how a client retries. */
import { useState } from 'preact/hooks';
import { call, errorMessage } from '../api/client.ts';
import type { FaultView, IssuerView } from '../api/types.ts';
import { useApi } from '../components/hooks.ts';
import { Badge, UntrustedText } from '../components/text.tsx';

const kinds = [
  { id: 'error', title: 'AWS error' },
  { id: 'delay', title: 'delay' },
  { id: 'drop', title: 'dropped connection' },
] as const;
type Kind = (typeof kinds)[number]['id'];

/** Suggested error codes; the server supports more. */
const errors = ['Throttling', 'IDPCommunicationError', 'ServiceUnavailable', 'ExpiredTokenException', 'AccessDenied'];

export function InjectedFaults() {
  const faults = useApi<{ faults: readonly FaultView[] }>('/faults');
  const issuers = useApi<{ issuers: readonly IssuerView[] }>('/issuers');
  const [failure, setFailure] = useState<string>();
  const attempt = async (request: Promise<unknown>): Promise<void> => {
    try {
      await request;
      setFailure(undefined);
      faults.again();
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  const list = faults.value?.faults ?? [];
  const message = failure ?? faults.failure;
  return (
    <>
      <div class="title">
        <h1>Injected faults</h1>
        <p>Make selected calls fail, to test how your client handles errors.</p>
      </div>
      <div class="stack narrow">
        {message !== undefined && (
          <p class="note bad" role="alert">
            <UntrustedText text={message} maxLength={600} />
          </p>
        )}
        <NewFault issuers={issuers.value?.issuers ?? []} add={fault => void attempt(call('POST', '/faults', fault))} />
        <section class="card pad stack" aria-label="Active faults">
          <div class="row spread">
            <h2>Active faults</h2>
            {list.length > 0 && (
              <button type="button" class="button plain" onClick={() => void attempt(call('DELETE', '/faults'))}>
                Remove all
              </button>
            )}
          </div>
          {list.length === 0 && <p class="muted">No injected faults.</p>}
          <ul class="cases">
            {list.map(fault => (
              <li key={fault.id} class="row spread">
                <span>
                  <UntrustedText text={describeFault(fault)} maxLength={300} />{' '}
                  <Badge>
                    {fault.hits} {fault.hits === 1 ? 'call' : 'calls'} affected
                  </Badge>
                </span>
                <button
                  type="button"
                  class="button plain"
                  onClick={() => void attempt(call('DELETE', `/faults/${encodeURIComponent(fault.id)}`))}
                >
                  Remove<span class="visually-hidden"> {describeFault(fault).slice(0, 80)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function describeFault({ match, respond, times }: FaultView): string {
  const calls = [
    match.action ?? 'every call',
    ...(match.issuer === undefined ? [] : [`for issuer ${match.issuer}`]),
  ].join(' ');
  const effects = [
    ...(respond.delayMs === undefined ? [] : [`delay of ${respond.delayMs} ms`]),
    ...(respond.error === undefined ? [] : [`error ${respond.error}`]),
    ...(respond.status === undefined ? [] : [`status ${respond.status}`]),
    ...(respond.drop === true ? ['dropped connection'] : []),
  ].join(', ');
  return `${calls}: ${effects}${times === undefined ? '' : times === 1 ? ', for 1 call' : `, for ${times} calls`}`;
}

type FaultDefinition = Omit<FaultView, 'id' | 'hits'>;

interface NewProps {
  readonly issuers: readonly IssuerView[];
  readonly add: (fault: FaultDefinition) => void;
}

function NewFault({ issuers, add }: NewProps) {
  const [action, setAction] = useState('AssumeRoleWithWebIdentity');
  const [issuer, setIssuer] = useState('');
  const [kind, setKind] = useState<Kind>('error');
  const [error, setError] = useState('Throttling');
  const [delay, setDelay] = useState('2000');
  const [times, setTimes] = useState('1');
  const responses: Readonly<Record<Kind, FaultView['respond']>> = {
    error: { error },
    delay: { delayMs: Number(delay) },
    drop: { drop: true },
  };
  return (
    <section class="card pad stack" aria-label="New fault">
      <h2>New fault</h2>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          add({
            match: { ...(action === '' ? {} : { action }), ...(issuer === '' ? {} : { issuer }) },
            respond: responses[kind],
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
              placeholder="any"
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
              <option value="">any</option>
              {issuers.map(one => (
                <option key={one.id} value={one.id}>
                  {one.title ?? one.id}
                </option>
              ))}
            </select>
          </div>
          <div class="field">
            <label for="fault-kind">Effect</label>
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
              <label for="fault-error">Error code</label>
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
              <label for="fault-delay">Delay in milliseconds</label>
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
            <label for="fault-times">Number of calls</label>
            <input
              id="fault-times"
              class="input"
              type="number"
              min="1"
              placeholder="unlimited"
              value={times}
              onInput={event => setTimes(event.currentTarget.value)}
            />
          </div>
        </div>
        <div>
          <button type="submit" class="button primary">
            Add
          </button>
        </div>
      </form>
    </section>
  );
}
