/** The Decisions view: the decision log, updated live, and the selected decision. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { call, errorMessage } from '../api/client.ts';
import { followDecisions } from '../api/stream.ts';
import type { Decision } from '../api/types.ts';
import { useFocusOnOpen } from '../components/hooks.ts';
import { StatusDot, TimeOfDay, UntrustedText } from '../components/text.tsx';
import { leadSentence } from '../model/lead-sentence.ts';
import { addressOf } from '../model/route.ts';
import { DecisionDetail } from './decision-detail.tsx';

/** Maximum number of listed decisions; older ones are removed from the list. */
const MAX_DECISIONS = 300;

const outcomes = [
  { id: 'all', title: 'All' },
  { id: 'denied', title: 'Denied' },
  { id: 'allowed', title: 'Allowed' },
] as const;
type Outcome = (typeof outcomes)[number]['id'];

export function Decisions({ rest }: { readonly rest: string | undefined }) {
  const { decisions, fresh, live, failure } = useDecisionLog();
  const [outcome, setOutcome] = useState<Outcome>('all');
  const [searchText, setSearchText] = useState('');
  const opened = useFocusOnOpen(rest);
  const shown = useMemo(
    () => decisions.filter(one => matchesFilter(one, outcome, searchText)),
    [decisions, outcome, searchText],
  );
  return (
    <>
      <div class="title">
        <h1>Decisions</h1>
        <p>Every authorization decision, with its explanation.</p>
        <span class={`live ${live ? 'on' : ''}`}>{live ? 'live' : 'disconnected'}</span>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      <div class={`columns list-first ${rest === undefined ? '' : 'has-selection'}`}>
        <section class="card list-side sticky" aria-label="Decisions, newest first">
          <div class="pad stack tight">
            <fieldset class="segments" aria-label="Outcome">
              {outcomes.map(({ id, title }) => (
                <button key={id} type="button" aria-pressed={id === outcome} onClick={() => setOutcome(id)}>
                  {title}
                </button>
              ))}
            </fieldset>
            <input
              class="input"
              type="search"
              aria-label="Search decisions"
              placeholder="Role, subject, error …"
              value={searchText}
              onInput={event => setSearchText(event.currentTarget.value)}
            />
          </div>
          <ul class="entries" data-testid="decisions">
            {shown.map(one => (
              <li key={one.id} class={fresh.has(one.id) ? 'new-entry' : ''}>
                <Entry decision={one} open={one.id === rest} />
              </li>
            ))}
          </ul>
          {decisions.length > 0 && shown.length === 0 && <p class="empty">No decision matches the filter.</p>}
        </section>
        <div class="stack detail-pane" ref={opened} tabIndex={-1}>
          {rest !== undefined ? (
            <DecisionDetail id={rest} known={decisions.find(one => one.id === rest)} />
          ) : (
            <EmptyState isEmpty={decisions.length === 0} />
          )}
        </div>
      </div>
      <p class="visually-hidden" role="status">
        {decisions[0] === undefined ? '' : summary(decisions[0])}
      </p>
    </>
  );
}

function useDecisionLog() {
  const [decisions, setDecisions] = useState<readonly Decision[]>([]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [live, setLive] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const end = new AbortController();
    const add = (news: readonly Decision[]): void =>
      setDecisions(old => {
        const known = new Set(old.map(one => one.id));
        return [...news.filter(one => !known.has(one.id)), ...old].sort(newestFirst).slice(0, MAX_DECISIONS);
      });
    const load = (): void => {
      call<{ decisions: readonly Decision[] }>('GET', `/decisions?limit=${MAX_DECISIONS}`, undefined, end.signal).then(
        answer => {
          setFailure(undefined);
          add(answer.decisions);
        },
        (error: unknown) => end.signal.aborted || setFailure(errorMessage(error)),
      );
    };
    void followDecisions(
      {
        decision(one) {
          setFresh(old => new Set([...old, one.id]));
          add([one]);
        },
        connected(yes) {
          setLive(yes);
          // Loads the decisions that were made while the stream was not connected.
          if (yes) load();
        },
      },
      end.signal,
    );
    return () => end.abort();
  }, []);
  return { decisions, fresh, live, failure };
}

const newestFirst = (a: Decision, b: Decision): number => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0);

const actionName = ({ action }: Decision): string => action.slice(action.indexOf(':') + 1);
const summary = (one: Decision): string =>
  `${one.allowed ? 'Allowed' : 'Denied'}: ${actionName(one)} ${roleName(one)}`.slice(0, 200);
const roleName = ({ resource }: Decision): string => resource.slice(resource.indexOf('/') + 1);

function matchesFilter(one: Decision, outcome: Outcome, searchText: string): boolean {
  if (outcome !== 'all' && one.allowed !== (outcome === 'allowed')) return false;
  if (searchText.trim() === '') return true;
  const text = JSON.stringify([one.action, one.resource, one.principal, one.reason, one.explanation]).toLowerCase();
  return searchText
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

function Entry({ decision, open }: { readonly decision: Decision; readonly open: boolean }) {
  const { allowed, at, explanation, id } = decision;
  return (
    <a class="entry" href={addressOf('decisions', id)} aria-current={open ? 'true' : undefined}>
      <StatusDot state={allowed ? 'good' : 'bad'} label={allowed ? 'Allowed' : 'Denied'} />
      <span class="summary">
        <UntrustedText text={roleName(decision)} maxLength={120} />
      </span>
      <TimeOfDay at={at} />
      <span class="reason">
        {actionName(decision)}
        {!allowed && explanation[0] !== undefined && (
          <>
            {' · '}
            <UntrustedText text={leadSentence(explanation)} maxLength={220} />
          </>
        )}
      </span>
    </a>
  );
}

function EmptyState({ isEmpty }: { readonly isEmpty: boolean }) {
  if (!isEmpty) {
    return (
      <section class="card empty wide-only">
        <p>Select a decision to see its stages, the policy that decided it, and the proposed fixes.</p>
      </section>
    );
  }
  return (
    <section class="card empty">
      <h2>No decisions yet</h2>
      <p>Configure a client to use this server. Each of its calls appears here immediately.</p>
      <pre class="plain-text">{`export AWS_ENDPOINT_URL_STS=${location.origin} AWS_ENDPOINT_URL_IAM=${location.origin}
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
aws sts assume-role --role-arn arn:aws:iam::000000000000:role/deploy --role-session-name hello`}</pre>
      <p>
        You can also test a policy in the <a href={addressOf('playground')}>playground</a> or open a{' '}
        <a href={addressOf('lessons')}>lesson</a>.
      </p>
    </section>
  );
}
