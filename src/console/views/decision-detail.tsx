/** One decision: its stages, explanation, the trust policy with the decisive elements marked, and the fixes. */
import { useMemo, useState } from 'preact/hooks';
import type { LayerName } from '../../policy/decision.ts';
import { readJson } from '../../policy/json.ts';
import { call, errorMessage } from '../api/client.ts';
import type { Decision, RoleView } from '../api/types.ts';
import { useApi } from '../components/hooks.ts';
import { PolicyText } from '../components/policy-text.tsx';
import { Badge, UntrustedText } from '../components/text.tsx';
import { Steps, Trace } from '../components/trace.tsx';
import { AwsErrorText, Explanation, Fixes, formatJson, Verdict } from '../components/verdict.tsx';
import { leadSentence } from '../model/lead-sentence.ts';
import { marksOf, resourceLayer } from '../model/policy-marks.ts';
import { addressOf } from '../model/route.ts';
import { prefixOf } from '../model/setup.ts';
import { encodeSetup } from '../model/shared-link.ts';

const isRole = (arn: string): boolean => /^arn:[\w-]+:iam::\d{12}:role\//.test(arn);

export function DecisionDetail({ id, known }: { readonly id: string; readonly known: Decision | undefined }) {
  const answer = useApi<Decision>(known === undefined ? `/decisions/${encodeURIComponent(id)}` : undefined);
  const decision = known ?? answer.value;
  const back = (
    <a class="button back" href={addressOf('decisions')}>
      ← All decisions
    </a>
  );
  if (decision === undefined) {
    return (
      <>
        {back}
        <p class={answer.failure === undefined ? 'muted' : 'note bad'}>{answer.failure ?? 'Loading the decision …'}</p>
      </>
    );
  }
  return (
    <>
      {back}
      <Head decision={decision} />
      {isRole(decision.resource) && resourceLayer(decision.layers) !== undefined && (
        <TrustSection key={decision.id} decision={decision} />
      )}
      <OtherLayers decision={decision} />
      {decision.steps.length > 0 && (
        <section class="card pad">
          <details>
            <summary>
              {decision.steps.length} {decision.steps.length === 1 ? 'check' : 'checks'}, in evaluation order
            </summary>
            <Steps steps={decision.steps} />
          </details>
        </section>
      )}
    </>
  );
}

function Head({ decision }: { readonly decision: Decision }) {
  const { action, allowed, at, error, explanation, resource } = decision;
  const lead = leadSentence(explanation);
  const rest = explanation.filter(sentence => sentence !== lead);
  return (
    <section class="card pad stack" aria-label="Decision">
      <div class="row spread">
        <Verdict allowed={allowed} />
        <time class="muted small" dateTime={at}>
          {at.replace('T', ' ').replace('Z', ' UTC')}
        </time>
      </div>
      {lead !== '' && (
        <p class="lead">
          <UntrustedText text={lead} maxLength={1500} />
        </p>
      )}
      <dl class="properties">
        <dt>action</dt>
        <dd>{action}</dd>
        <dt>resource</dt>
        <dd>
          <UntrustedText text={resource} />
        </dd>
        {error !== undefined && (
          <>
            <dt>AWS error</dt>
            <dd>
              <AwsErrorText error={error} />
            </dd>
          </>
        )}
      </dl>
      <Trace decision={decision} />
      {rest.length > 0 && (
        <section class="clamped" tabIndex={0} aria-label="Explanation">
          <Explanation sentences={rest} />
        </section>
      )}
    </section>
  );
}

function TrustSection({ decision }: { readonly decision: Decision }) {
  const { resource: arn } = decision;
  const role = useApi<RoleView>(`/roles/${encodeURIComponent(arn)}`);
  const [applied, setApplied] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { trustPolicy: evaluatedPolicy } = decision;
  const text = role.value?.trust;
  const layer = resourceLayer(decision.layers);
  const parsed = useMemo(() => (text === undefined ? undefined : readJson(text)), [text]);
  if (evaluatedPolicy === undefined || layer === undefined || (parsed === undefined && role.failure === undefined))
    return null;
  const present = parsed?.ok === true ? parsed.value : undefined;
  const same = present !== undefined && JSON.stringify(present) === JSON.stringify(evaluatedPolicy);
  const save = async (policy: string): Promise<void> => {
    setBusy(true);
    try {
      await call('PUT', `/roles/${encodeURIComponent(arn)}/trust`, { policy });
      if (text !== undefined) setApplied(text);
      setFailure(undefined);
      role.again();
    } catch (error) {
      setFailure(errorMessage(error));
    }
    setBusy(false);
  };
  const undo = async (): Promise<void> => {
    if (applied === undefined) return;
    await save(applied);
    setApplied(undefined);
  };
  const playground = playgroundOf(decision, JSON.stringify(evaluatedPolicy));
  const document = applied === undefined ? evaluatedPolicy : (present ?? evaluatedPolicy);
  return (
    <section class="card pad stack" aria-label="Trust policy">
      <div class="row spread">
        <h2>
          Trust policy of <UntrustedText text={arn.slice(arn.indexOf('/') + 1)} maxLength={120} />
        </h2>
        {applied === undefined && !same && present !== undefined && <Badge tone="warn">policy changed</Badge>}
        {playground !== undefined && (
          <a class="button plain" href={playground}>
            Open in the playground
          </a>
        )}
      </div>
      {applied !== undefined && (
        <div class="note good row spread" role="status">
          <span>The fix is saved. The policy below applies to the next call.</span>
          <button type="button" class="button" disabled={busy} onClick={() => void undo()}>
            Undo
          </button>
        </div>
      )}
      {failure !== undefined && (
        <p class="note bad" role="alert">
          {failure}
        </p>
      )}
      {applied === undefined && !same && (
        <p class="note">
          This is the policy at the time of the decision.{' '}
          {present === undefined ? (
            role.failure
          ) : (
            <>
              The role’s policy has changed since; see <a href={addressOf('accounts')}>Accounts</a>.
            </>
          )}
        </p>
      )}
      <PolicyText
        document={document}
        marks={applied === undefined ? marksOf(layer, evaluatedPolicy) : []}
        label="Trust policy, decisive elements marked"
      />
      {applied === undefined && same && text !== undefined && (
        <Fixes
          fixes={decision.fixes.filter(fix => fix.target === 'trust-policy')}
          text={text}
          action="Apply to the role"
          apply={policy => void save(policy)}
          busy={busy}
        />
      )}
    </section>
  );
}

/** The link to a playground with this role, policy and subject; undefined when the caller is not a web identity. */
function playgroundOf({ principal, resource, steps }: Decision, policy: string): string | undefined {
  if (principal === null || !('provider' in principal) || !('subject' in principal)) return undefined;
  const details = steps.map(step => step.detail as { audience?: unknown; issuer?: unknown } | undefined);
  const audience = String(details.find(one => one?.audience !== undefined)?.audience ?? 'sts.amazonaws.com');
  const issuer = prefixOf(String(details.find(one => one?.issuer !== undefined)?.issuer ?? ''));
  const setup = {
    issuer,
    audience,
    clientIds: audience,
    roleArn: resource,
    sessionName: 'playground',
    policy: formatJson(policy),
    claims: { sub: String(principal['subject']) },
  };
  return addressOf('playground', encodeSetup(setup));
}

const layerTitles: Readonly<Partial<Record<LayerName, string>>> = {
  identity: 'Identity policies',
  boundary: 'Permissions boundary',
  session: 'Session policies',
  scp: 'Service control policies',
  rcp: 'Resource control policies',
  resource: 'Resource policy',
};

function OtherLayers({ decision }: { readonly decision: Decision }) {
  const layers = decision.layers.filter(layer => layer.layer !== 'trust');
  const fixes = decision.fixes.filter(fix => fix.target !== 'trust-policy');
  if (layers.length === 0) return null;
  return (
    <section class="card pad stack" aria-label="Other policies">
      <h2>{layers.length < decision.layers.length ? 'Other policies' : 'Policies'}</h2>
      {layers.map(({ layer, outcome, statements }) => (
        <div key={layer} class="stack tight">
          <div class="row">
            <h3>{layerTitles[layer] ?? layer}</h3>
            <Badge tone={outcome === 'allowed' ? 'good' : outcome === 'not-applicable' ? '' : 'bad'}>
              {outcome.replaceAll('-', ' ')}
            </Badge>
          </div>
          <ul class="explanation small">
            {statements.map(({ policy, index, sid, effect, applies, action, resource, principal, conditions }) => (
              <li key={`${policy} ${index}`}>
                {effect} {sid === undefined ? `statement ${index + 1}` : <UntrustedText text={sid} maxLength={80} />}
                {applies
                  ? ' applies'
                  : ` does not apply: ${failing({ action, resource, principal, conditions }).join(', ')}`}
              </li>
            ))}
            {statements.length === 0 && <li>No statements.</li>}
          </ul>
        </div>
      ))}
      {fixes.length > 0 && (
        <div class="stack tight">
          <h3>Fixes</h3>
          <Explanation sentences={fixes.map(fix => `In the ${fix.target.replaceAll('-', ' ')}: ${fix.sentence}`)} />
        </div>
      )}
    </section>
  );
}

type Statement = Decision['layers'][number]['statements'][number];

const failing = ({
  action,
  resource,
  principal,
  conditions,
}: Pick<Statement, 'action' | 'resource' | 'principal' | 'conditions'>): string[] => [
  ...Object.entries({ principal, action, resource }).flatMap(([name, verdict]) => (verdict.ok ? [] : [name])),
  ...conditions.filter(one => !one.ok).map(one => `${one.operator} ${one.key}`),
];
