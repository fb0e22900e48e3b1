/** The book of decisions as it is written, and one decision opened. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { call, sentenceOf } from '../api/calls.ts';
import { followDecisions } from '../api/stream.ts';
import type { Decision } from '../api/words.ts';
import { addressOf } from '../model/route.ts';
import { telling } from '../model/telling.ts';
import { useFocusWhenAlone } from '../parts/loading.ts';
import { Dot, Moment, Outside } from '../parts/text.tsx';
import { DecisionDetail } from './decision.tsx';

/** Most decisions that are listed; older ones drop out. */
const MOST = 300;

const outcomes = [
  { id: 'all', title: 'All' },
  { id: 'denied', title: 'Denied' },
  { id: 'allowed', title: 'Allowed' },
] as const;
type Outcome = (typeof outcomes)[number]['id'];

export function Decisions({ rest }: { readonly rest: string | undefined }) {
  const { decisions, fresh, live, failure } = useBook();
  const [outcome, setOutcome] = useState<Outcome>('all');
  const [words, setWords] = useState('');
  const opened = useFocusWhenAlone(rest);
  const shown = useMemo(() => decisions.filter(one => fits(one, outcome, words)), [decisions, outcome, words]);
  return (
    <>
      <div class="title">
        <h1>Decisions</h1>
        <p>Every call that was judged, and why it ended as it did.</p>
        <span class={`live ${live ? 'on' : ''}`}>{live ? 'live' : 'not connected'}</span>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      <div class={`columns list-first ${rest === undefined ? '' : 'chosen'}`}>
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
              value={words}
              onInput={event => setWords(event.currentTarget.value)}
            />
          </div>
          <ul class="entries" data-testid="decisions">
            {shown.map(one => (
              <li key={one.id} class={fresh.has(one.id) ? 'arrives' : ''}>
                <Entry decision={one} open={one.id === rest} />
              </li>
            ))}
          </ul>
          {decisions.length > 0 && shown.length === 0 && <p class="empty">No decision fits.</p>}
        </section>
        <div class="stack opened" ref={opened} tabIndex={-1}>
          {rest !== undefined ? (
            <DecisionDetail id={rest} known={decisions.find(one => one.id === rest)} />
          ) : (
            <Invitation none={decisions.length === 0} />
          )}
        </div>
      </div>
      <p class="unseen" role="status">
        {decisions[0] === undefined ? '' : summary(decisions[0])}
      </p>
    </>
  );
}

function useBook() {
  const [decisions, setDecisions] = useState<readonly Decision[]>([]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [live, setLive] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const end = new AbortController();
    const add = (news: readonly Decision[]): void =>
      setDecisions(old => {
        const known = new Set(old.map(one => one.id));
        return [...news.filter(one => !known.has(one.id)), ...old].sort(newestFirst).slice(0, MOST);
      });
    const load = (): void => {
      call<{ decisions: readonly Decision[] }>('GET', `/decisions?limit=${MOST}`, undefined, end.signal).then(
        answer => {
          setFailure(undefined);
          add(answer.decisions);
        },
        (error: unknown) => end.signal.aborted || setFailure(sentenceOf(error)),
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
          // What was decided while nobody listened stands in the book.
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

function fits(one: Decision, outcome: Outcome, words: string): boolean {
  if (outcome !== 'all' && one.allowed !== (outcome === 'allowed')) return false;
  if (words.trim() === '') return true;
  const text = JSON.stringify([one.action, one.resource, one.principal, one.reason, one.explanation]).toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

function Entry({ decision, open }: { readonly decision: Decision; readonly open: boolean }) {
  const { allowed, at, explanation, id } = decision;
  return (
    <a class="entry" href={addressOf('decisions', id)} aria-current={open ? 'true' : undefined}>
      <Dot state={allowed ? 'good' : 'bad'} says={allowed ? 'Allowed' : 'Denied'} />
      <span class="what">
        <Outside text={roleName(decision)} most={120} />
      </span>
      <Moment at={at} />
      <span class="because">
        {actionName(decision)}
        {!allowed && explanation[0] !== undefined && (
          <>
            {' · '}
            <Outside text={telling(explanation)} most={220} />
          </>
        )}
      </span>
    </a>
  );
}

function Invitation({ none }: { readonly none: boolean }) {
  if (!none) {
    return (
      <section class="card empty wide-only">
        <p>Choose a decision to see the handshake, the policy that decided, and how to mend it.</p>
      </section>
    );
  }
  return (
    <section class="card empty">
      <h2>Nothing was decided yet</h2>
      <p>Point a client at this server; each of its calls appears here at once.</p>
      <pre class="plain-text">{`export AWS_ENDPOINT_URL_STS=${location.origin} AWS_ENDPOINT_URL_IAM=${location.origin}
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
aws sts assume-role --role-arn arn:aws:iam::000000000000:role/deploy --role-session-name hello`}</pre>
      <p>
        Or try a policy in the <a href={addressOf('playground')}>playground</a>, or take a{' '}
        <a href={addressOf('lessons')}>lesson</a>.
      </p>
    </section>
  );
}
