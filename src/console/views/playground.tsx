/** The playground: a token of any issuer, a trust policy, and the verdict as you type. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { lint } from '../../policy/index.ts';
import { readJson } from '../../policy/json.ts';
import { call, sentenceOf } from '../api/calls.ts';
import type { IssuerView, Minted } from '../api/words.ts';
import { textOf } from '../model/claim-values.ts';
import { marksOf, ownLayer } from '../model/deciding.ts';
import { audienceOf, type Judgement, judgeWebIdentity, refusedTrust } from '../model/judge.ts';
import { addressOf } from '../model/route.ts';
import { claimsToMint, firstPolicy, firstSetup, prefixOf, providerArn, type Setup } from '../model/setup.ts';
import { decodeSetup, encodeSetup } from '../model/share.ts';
import { snippetsOf } from '../model/snippets.ts';
import { Editor } from '../parts/editor.tsx';
import { Handshake } from '../parts/handshake.tsx';
import { useAnswer } from '../parts/loading.ts';
import { Copy, Outside } from '../parts/text.tsx';
import { Findings, Fixes, printed, Verdict, Why } from '../parts/verdict.tsx';
import { TokenForm } from './token-form.tsx';

/** Milliseconds of rest before a token is minted anew. */
const REST = 180;

export function Playground({ rest }: { readonly rest: string | undefined }) {
  const { value, failure } = useAnswer<{ issuers: readonly IssuerView[] }>('/issuers');
  const issuers = useMemo(() => (value?.issuers ?? []).filter(one => one.source === 'hosted'), [value]);
  const [first] = issuers;
  return (
    <>
      <div class="title">
        <h1>Playground</h1>
        <p>Change the token or the policy; the verdict follows as you type.</p>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      {first !== undefined && (
        <Table key={rest} issuers={issuers} start={startOf(rest, issuers, first)} broken={isBroken(rest)} />
      )}
    </>
  );
}

/** What was shared, or a fresh one. A shared issuer is an id, or an iss without its scheme. */
function startOf(rest: string | undefined, issuers: readonly IssuerView[], first: IssuerView): Setup {
  const shared = rest === undefined ? undefined : decodeSetup(rest);
  if (shared === undefined) return firstSetup(first);
  const issuer =
    issuers.find(one => one.id === shared.issuer) ?? issuers.find(one => prefixOf(one.issuer) === shared.issuer);
  return { ...shared, issuer: issuer?.id ?? shared.issuer };
}
const isBroken = (rest: string | undefined): boolean => rest !== undefined && decodeSetup(rest) === undefined;

interface TableProps {
  readonly issuers: readonly IssuerView[];
  readonly start: Setup;
  readonly broken: boolean;
}

function Table({ issuers, start, broken }: TableProps) {
  const [setup, setSetup] = useState(start);
  const change = (part: Partial<Setup>): void => setSetup(old => ({ ...old, ...part }));
  const issuer = issuers.find(one => one.id === setup.issuer);
  const { minted, failure } = useToken(setup);
  const judgement = useMemo(() => (minted === undefined ? undefined : judge(setup, minted)), [setup, minted]);
  const marks = useMemo(() => deciding(setup.policy, judgement), [setup.policy, judgement]);
  const refused = useMemo(() => refusedTrust(setup.policy), [setup.policy]);
  const findings = useMemo(() => lint(setup.policy, 'trust'), [setup.policy]);
  const [usual, setUsual] = useState<Usual>();
  const choose = (id: string): void => {
    const chosen = issuers.find(one => one.id === id);
    if (chosen === undefined) return;
    setUsual({ issuer: id });
    change({ issuer: id, claims: {}, policy: firstPolicy(chosen, setup.audience) });
  };
  // The first token of an issuer that was chosen is its usual one: provider and policy are made to let it in,
  // before the page is painted, so that no refusal flashes up.
  useLayoutEffect(() => {
    if (minted === undefined || issuer === undefined || usual?.issuer !== issuer.id || usual.subject !== undefined)
      return;
    const audience = audienceOf(minted.claims);
    const subject = textOf(minted.claims['sub']);
    setUsual({ issuer: issuer.id, audience, subject });
    change({ clientIds: audience, policy: firstPolicy(issuer, audience, subject) });
  }, [minted, issuer, usual]);
  const startOver = (): void => {
    if (issuer === undefined) return;
    const { audience = setup.audience, subject } = usual ?? {};
    change({ policy: firstPolicy(issuer, audience, subject) });
  };
  return (
    <div class="stack">
      {broken && <p class="note warn">The address holds no playground that could be read; this is a fresh one.</p>}
      <section class="card pad stack" aria-label="Verdict" aria-live="polite">
        {judgement === undefined ? (
          <p class="soft">{failure === undefined ? 'Waiting for a token …' : 'There is no token to judge.'}</p>
        ) : (
          <>
            <Verdict allowed={judgement.allowed && refused === undefined} />
            {refused !== undefined && (
              <p class="note bad">
                AWS would not save this policy: <Outside text={refused} most={1500} />
              </p>
            )}
            <Handshake judgement={judgement} />
            <Why sentences={judgement.explanation} />
          </>
        )}
      </section>
      <div class="columns even">
        <TokenForm
          issuers={issuers}
          issuer={issuer}
          setup={setup}
          change={change}
          choose={choose}
          minted={minted}
          failure={failure}
        />
        <div class="stack">
          <section class="card pad stack" aria-label="Trust policy">
            <div class="row ends">
              <h2>Trust policy</h2>
              <div class="row">
                <button type="button" class="button plain" onClick={() => change({ policy: printed(setup.policy) })}>
                  Tidy
                </button>
                <button type="button" class="button plain" onClick={startOver}>
                  Start over
                </button>
              </div>
            </div>
            <Editor
              text={setup.policy}
              change={policy => change({ policy })}
              label="Trust policy"
              kind="trust"
              marks={marks}
            />
            <Findings findings={findings} />
            {judgement !== undefined && (
              <Fixes
                fixes={judgement.fixes.filter(fix => fix.target === 'trust-policy')}
                text={setup.policy}
                action="Apply"
                apply={policy => change({ policy })}
              />
            )}
          </section>
        </div>
      </div>
      {minted !== undefined && <TakeAway setup={setup} minted={minted} />}
      {judgement !== undefined && (
        <div class="brief" aria-hidden="true">
          <Verdict allowed={judgement.allowed && refused === undefined} />
          <span class="soft">{judgement.explanation.at(-1)?.slice(0, 200)}</span>
        </div>
      )}
    </div>
  );
}

/** What an issuer's token says before anything is changed; not known until the first is minted. */
interface Usual {
  readonly issuer: string;
  readonly audience?: string;
  readonly subject?: string;
}

/** The token of the form as the issuer mints it; the last good one stays while the form is at fault. */
function useToken({ issuer, audience, claims }: Setup) {
  const [state, setState] = useState<{ of?: string; minted?: Minted; failure?: string }>({});
  useEffect(() => {
    const end = new AbortController();
    const timer = setTimeout(() => {
      const body = { issuer, audience, claims: claimsToMint(claims) };
      call<Minted>('POST', '/tokens', body, end.signal).then(
        minted => setState({ of: issuer, minted }),
        (error: unknown) =>
          end.signal.aborted ||
          setState(old => ({ ...(old.of === issuer ? old : {}), of: issuer, failure: sentenceOf(error) })),
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [issuer, audience, claims]);
  // The token of another issuer says nothing of this one.
  return state.of === issuer
    ? { minted: state.minted, failure: state.failure }
    : { minted: undefined, failure: undefined };
}

function judge({ clientIds, roleArn, sessionName, policy }: Setup, { claims, issuer }: Minted): Judgement {
  const account = roleArn.split(':')[4] ?? '';
  return judgeWebIdentity({
    claims,
    provider: {
      issuer,
      arn: providerArn(issuer, account),
      clientIds: clientIds
        .split(',')
        .map(id => id.trim())
        .filter(id => id !== ''),
    },
    role: roleArn,
    trust: policy,
    sessionName,
  });
}

function deciding(policy: string, judgement: Judgement | undefined) {
  const layer = judgement === undefined ? undefined : ownLayer(judgement.layers);
  const read = readJson(policy);
  return layer === undefined || !read.ok ? [] : marksOf(layer, read.value);
}

function TakeAway({ setup, minted }: { readonly setup: Setup; readonly minted: Minted }) {
  const [chosen, setChosen] = useState('curl');
  const all = snippetsOf(setup, minted.token, minted.issuer, location.origin);
  const snippet = all.find(one => one.id === chosen) ?? all[0];
  const address = `${location.origin}${location.pathname}${addressOf('playground', encodeSetup(setup))}`;
  return (
    <section class="card pad stack" aria-label="Take it away">
      <div class="row ends">
        <h2>Take it away</h2>
        <div class="row">
          {snippet !== undefined && <Copy text={snippet.text}>Copy</Copy>}
          <Copy text={address}>Copy a link to this playground</Copy>
        </div>
      </div>
      <fieldset class="segments" aria-label="What to copy">
        {all.map(({ id, title }) => (
          <button key={id} type="button" aria-pressed={id === chosen} onClick={() => setChosen(id)}>
            {title}
          </button>
        ))}
      </fieldset>
      <section class="plain-text mono" tabIndex={0} aria-label={snippet?.title ?? ''}>
        {snippet?.text}
      </section>
    </section>
  );
}
