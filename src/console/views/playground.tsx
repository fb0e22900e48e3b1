/** The Playground view: a token of any hosted issuer, a trust policy, and the decision, updated as the user types. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { readJson } from '../../policy/json.ts';
import { call, errorMessage } from '../api/client.ts';
import type { CallView, IssuerView, MintedToken } from '../api/types.ts';
import { Editor } from '../components/editor.tsx';
import { FixSection } from '../components/fix-section.tsx';
import { useApi } from '../components/hooks.ts';
import { CopyButton, UntrustedText } from '../components/text.tsx';
import { Trace } from '../components/trace.tsx';
import { useFindings } from '../components/use-findings.ts';
import { AwsErrorText, Explanation, Findings, Verdict } from '../components/verdict.tsx';
import { formatJson } from '../model/apply-fix.ts';
import { textOf } from '../model/claim-values.ts';
import { audienceOf, type LocalDecision, trustPolicyError } from '../model/local-decision.ts';
import { evaluateSetup } from '../model/playground-decision.ts';
import { marksOf, resourceLayer } from '../model/policy-marks.ts';
import { addressOf } from '../model/route.ts';
import {
  accountOf,
  audienceFor,
  claimsToMint,
  initialPolicy,
  initialSetup,
  prefixOf,
  type Setup,
} from '../model/setup.ts';
import { decodeSetup, encodeSetup } from '../model/shared-link.ts';
import { snippetsOf } from '../model/snippets.ts';
import { TokenForm } from './token-form.tsx';

/** Milliseconds after the last change before a new token is minted. */
const DEBOUNCE = 180;

export function Playground({ rest }: { readonly rest: string | undefined }) {
  const { value, failure } = useApi<{ issuers: readonly IssuerView[] }>('/issuers');
  const issuers = useMemo(() => (value?.issuers ?? []).filter(one => one.source === 'hosted'), [value]);
  const [first] = issuers;
  return (
    <>
      <div class="title">
        <h1>Playground</h1>
        <p>Change the token or the policy. The result updates as you type.</p>
      </div>
      {failure !== undefined && <p class="note bad">{failure}</p>}
      {first !== undefined && (
        <Workbench key={rest} issuers={issuers} start={startOf(rest, issuers, first)} broken={isBroken(rest)} />
      )}
    </>
  );
}

/** The shared setup, or an initial one. A shared issuer is an ID, or an `iss` without its scheme. */
function startOf(rest: string | undefined, issuers: readonly IssuerView[], first: IssuerView): Setup {
  const shared = rest === undefined ? undefined : decodeSetup(rest);
  if (shared === undefined) return initialSetup(first);
  const issuer =
    issuers.find(one => one.id === shared.issuer) ?? issuers.find(one => prefixOf(one.issuer) === shared.issuer);
  return { ...shared, issuer: issuer?.id ?? shared.issuer };
}
const isBroken = (rest: string | undefined): boolean => rest !== undefined && decodeSetup(rest) === undefined;

interface WorkbenchProps {
  readonly issuers: readonly IssuerView[];
  readonly start: Setup;
  readonly broken: boolean;
}

function Workbench({ issuers, start, broken }: WorkbenchProps) {
  const [setup, setSetup] = useState(start);
  const change = (part: Partial<Setup>): void => setSetup(old => ({ ...old, ...part }));
  const issuer = issuers.find(one => one.id === setup.issuer);
  const { minted, failure } = useToken(setup);
  const view = useCallView(setup, minted);
  const [unwanted, setUnwanted] = useState(false);
  const decision = useMemo(
    () => (minted === undefined || view === undefined ? undefined : evaluateSetup(setup, minted, view, unwanted)),
    [setup, minted, view, unwanted],
  );
  const marks = useMemo(() => policyMarks(setup.policy, decision), [setup.policy, decision]);
  const policyError = useMemo(() => trustPolicyError(setup.policy), [setup.policy]);
  const findings = useFindings(setup.policy, 'trust');
  const [defaults, setDefaults] = useState<TokenDefaults>();
  const choose = (id: string): void => {
    const chosen = issuers.find(one => one.id === id);
    if (chosen === undefined) return;
    setDefaults({ issuer: id });
    const audience = audienceFor(chosen);
    change({ issuer: id, audience, claims: {}, policy: initialPolicy(chosen, audience) });
  };
  // The first token of a newly selected issuer is its default token. Provider and policy are set to allow it before
  // the page is painted, so that no denial appears in between.
  useLayoutEffect(() => {
    if (
      minted === undefined ||
      issuer === undefined ||
      defaults?.issuer !== issuer.id ||
      defaults.subject !== undefined
    )
      return;
    const audience = audienceOf(minted.claims);
    const subject = textOf(minted.claims['sub']);
    setDefaults({ issuer: issuer.id, audience, subject });
    change({ clientIds: audience, policy: initialPolicy(issuer, audience, subject) });
  }, [minted, issuer, defaults]);
  const resetPolicy = (): void => {
    if (issuer === undefined) return;
    const { audience = setup.audience, subject } = defaults ?? {};
    change({ policy: initialPolicy(issuer, audience, subject) });
  };
  return (
    <div class="stack">
      {broken && <p class="note warn">The URL does not contain a valid playground. This is a new one.</p>}
      <section class="card pad stack" aria-label="Result" aria-live="polite">
        {decision === undefined ? (
          <p class="muted">{failure === undefined ? 'Waiting for a token …' : 'No token to evaluate.'}</p>
        ) : (
          <>
            <Verdict allowed={decision.allowed && policyError === undefined} />
            {policyError !== undefined && (
              <p class="note bad">
                IAM rejects this policy: <UntrustedText text={policyError} maxLength={1500} />
              </p>
            )}
            {view?.providerError !== undefined && (
              <p class="note bad">
                IAM rejects this provider: <UntrustedText text={view.providerError} maxLength={1500} />
              </p>
            )}
            <Trace decision={decision} />
            {decision.error !== undefined && (
              <p>
                AWS error: <AwsErrorText error={decision.error} />
              </p>
            )}
            <Explanation sentences={decision.explanation} />
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
            <div class="row spread">
              <h2>Trust policy</h2>
              <div class="row">
                <button type="button" class="button plain" onClick={() => change({ policy: formatJson(setup.policy) })}>
                  Format
                </button>
                <button type="button" class="button plain" onClick={resetPolicy}>
                  Reset
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
            <Findings findings={findings ?? []} />
          </section>
          {decision !== undefined && (
            <FixSection
              allowed={decision.allowed}
              fixes={decision.fixes}
              keepOut={{ open: unwanted, toggle: () => setUnwanted(!unwanted), narrow: decision.narrow ?? [] }}
              policy={{ text: setup.policy, action: 'Apply', apply: policy => change({ policy }) }}
            />
          )}
        </div>
      </div>
      {minted !== undefined && <ExportSection setup={setup} minted={minted} />}
      {decision !== undefined && (
        <div class="result-bar" aria-hidden="true">
          <Verdict allowed={decision.allowed && policyError === undefined} />
          <span class="muted">{decision.explanation.at(-1)?.slice(0, 200)}</span>
        </div>
      )}
    </div>
  );
}

/** Audience and subject of an issuer's default token; undefined until the first token is minted. */
interface TokenDefaults {
  readonly issuer: string;
  readonly audience?: string;
  readonly subject?: string;
}

/** Mints the token of the form; keeps the last valid token while the form has an error. */
function useToken({ issuer, audience, claims }: Setup) {
  const [state, setState] = useState<{ of?: string; minted?: MintedToken; failure?: string }>({});
  useEffect(() => {
    const end = new AbortController();
    const timer = setTimeout(() => {
      const body = { issuer, audience, claims: claimsToMint(claims) };
      call<MintedToken>('POST', '/tokens', body, end.signal).then(
        minted => setState({ of: issuer, minted }),
        (error: unknown) =>
          end.signal.aborted ||
          setState(old => ({ ...(old.of === issuer ? old : {}), of: issuer, failure: errorMessage(error) })),
      );
    }, DEBOUNCE);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [issuer, audience, claims]);
  // Do not return the token of a different issuer.
  return state.of === issuer
    ? { minted: state.minted, failure: state.failure }
    : { minted: undefined, failure: undefined };
}

/**
 * What the server sees of a call from this page, read again when the token, role or policy changes; undefined until it is known
 * for the issuer and the account of the role.
 */
function useCallView({ issuer, roleArn, policy }: Setup, minted: MintedToken | undefined): CallView | undefined {
  const query = new URLSearchParams({ issuer, account: accountOf(roleArn) }).toString();
  const [known, setKnown] = useState<{ query: string; view: CallView }>();
  useEffect(() => {
    if (minted === undefined) return;
    const end = new AbortController();
    // While the server does not respond, the last view remains; the next change asks again.
    call<CallView>('GET', `/call-context?${query}`, undefined, end.signal).then(
      view => setKnown({ query, view }),
      () => undefined,
    );
    return () => end.abort();
  }, [query, policy, minted]);
  return known?.query === query ? known.view : undefined;
}

function policyMarks(policy: string, decision: LocalDecision | undefined) {
  const layer = decision === undefined ? undefined : resourceLayer(decision.layers);
  const read = readJson(policy);
  return layer === undefined || !read.ok ? [] : marksOf(layer, read.value);
}

function ExportSection({ setup, minted }: { readonly setup: Setup; readonly minted: MintedToken }) {
  const [chosen, setChosen] = useState('curl');
  const all = snippetsOf(setup, minted.token, minted.issuer, location.origin);
  const snippet = all.find(one => one.id === chosen) ?? all[0];
  const address = `${location.origin}${location.pathname}${addressOf('playground', encodeSetup(setup))}`;
  return (
    <section class="card pad stack" aria-label="Export">
      <div class="row spread">
        <h2>Export</h2>
        <div class="row">
          {snippet !== undefined && <CopyButton text={snippet.text}>Copy</CopyButton>}
          <CopyButton text={address}>Copy link to this playground</CopyButton>
        </div>
      </div>
      <fieldset class="segments" aria-label="Format">
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
