/** One decision: the handshake, the reasons, the trust policy with what decided marked in it, and the fix. */
import { useMemo, useState } from 'preact/hooks';
import type { LayerName } from '../../policy/decision.ts';
import { readJson } from '../../policy/json.ts';
import { call, sentenceOf } from '../api/calls.ts';
import type { Decision, RoleView } from '../api/words.ts';
import { marksOf, ownLayer } from '../model/deciding.ts';
import { addressOf } from '../model/route.ts';
import { prefixOf } from '../model/setup.ts';
import { encodeSetup } from '../model/share.ts';
import { telling } from '../model/telling.ts';
import { Handshake, Steps } from '../parts/handshake.tsx';
import { useAnswer } from '../parts/loading.ts';
import { PolicyText } from '../parts/policy-text.tsx';
import { Badge, Outside } from '../parts/text.tsx';
import { Fixes, printed, Verdict, Why } from '../parts/verdict.tsx';

const isRole = (arn: string): boolean => /^arn:[\w-]+:iam::\d{12}:role\//.test(arn);

export function DecisionDetail({ id, known }: { readonly id: string; readonly known: Decision | undefined }) {
  const answer = useAnswer<Decision>(known === undefined ? `/decisions/${encodeURIComponent(id)}` : undefined);
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
        <p class={answer.failure === undefined ? 'soft' : 'note bad'}>{answer.failure ?? 'Opening the decision …'}</p>
      </>
    );
  }
  return (
    <>
      {back}
      <Head decision={decision} />
      {isRole(decision.resource) && ownLayer(decision.layers) !== undefined && (
        <TrustSection key={decision.id} decision={decision} />
      )}
      <OtherLayers decision={decision} />
      {decision.steps.length > 0 && (
        <section class="card pad">
          <details>
            <summary>
              {decision.steps.length} {decision.steps.length === 1 ? 'check' : 'checks'}, in order
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
  const lead = telling(explanation);
  const rest = explanation.filter(sentence => sentence !== lead);
  return (
    <section class="card pad stack" aria-label="The decision">
      <div class="row ends">
        <Verdict allowed={allowed} />
        <time class="soft small" dateTime={at}>
          {at.replace('T', ' ').replace('Z', ' UTC')}
        </time>
      </div>
      {lead !== '' && (
        <p class="lead">
          <Outside text={lead} most={1500} />
        </p>
      )}
      <dl class="facts">
        <dt>action</dt>
        <dd>{action}</dd>
        <dt>resource</dt>
        <dd>
          <Outside text={resource} />
        </dd>
        {error !== undefined && (
          <>
            <dt>AWS answers</dt>
            <dd>
              {error.status} {error.code}: <Outside text={error.message} />
            </dd>
          </>
        )}
      </dl>
      <Handshake judgement={decision} />
      {rest.length > 0 && (
        <section class="clamped" tabIndex={0} aria-label="Why">
          <Why sentences={rest} />
        </section>
      )}
    </section>
  );
}

function TrustSection({ decision }: { readonly decision: Decision }) {
  const { resource: arn } = decision;
  const role = useAnswer<RoleView>(`/roles/${encodeURIComponent(arn)}`);
  const [applied, setApplied] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { trustPolicy: judged } = decision;
  const text = role.value?.trust;
  const layer = ownLayer(decision.layers);
  const parsed = useMemo(() => (text === undefined ? undefined : readJson(text)), [text]);
  if (judged === undefined || layer === undefined || (parsed === undefined && role.failure === undefined)) return null;
  const present = parsed?.ok === true ? parsed.value : undefined;
  const same = present !== undefined && JSON.stringify(present) === JSON.stringify(judged);
  const save = async (policy: string): Promise<void> => {
    setBusy(true);
    try {
      await call('PUT', `/roles/${encodeURIComponent(arn)}/trust`, { policy });
      if (text !== undefined) setApplied(text);
      setFailure(undefined);
      role.again();
    } catch (error) {
      setFailure(sentenceOf(error));
    }
    setBusy(false);
  };
  const undo = async (): Promise<void> => {
    if (applied === undefined) return;
    await save(applied);
    setApplied(undefined);
  };
  const playground = playgroundOf(decision, JSON.stringify(judged));
  const document = applied === undefined ? judged : (present ?? judged);
  return (
    <section class="card pad stack" aria-label="Trust policy">
      <div class="row ends">
        <h2>
          Trust policy of <Outside text={arn.slice(arn.indexOf('/') + 1)} most={120} />
        </h2>
        {applied === undefined && !same && present !== undefined && <Badge tone="warn">changed since</Badge>}
        {playground !== undefined && (
          <a class="button plain" href={playground}>
            Open in the playground
          </a>
        )}
      </div>
      {applied !== undefined && (
        <div class="note good row ends" role="status">
          <span>The fix is saved. The next call is judged by the policy below.</span>
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
          This is the policy that was judged.{' '}
          {present === undefined ? (
            role.failure
          ) : (
            <>
              The role has another one now; <a href={addressOf('accounts')}>Accounts</a> shows it.
            </>
          )}
        </p>
      )}
      <PolicyText
        document={document}
        marks={applied === undefined ? marksOf(layer, judged) : []}
        label="The trust policy, what decided marked in it"
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

/** The address of a playground with this role, policy and subject; undefined when the caller was no web identity. */
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
    policy: printed(policy),
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
          <ul class="why small">
            {statements.map(({ policy, index, sid, effect, applies, action, resource, principal, conditions }) => (
              <li key={`${policy} ${index}`}>
                {effect} {sid === undefined ? `statement ${index + 1}` : <Outside text={sid} most={80} />}
                {applies
                  ? ' applies'
                  : ` does not apply: ${failing({ action, resource, principal, conditions }).join(', ')}`}
              </li>
            ))}
            {statements.length === 0 && <li>There are none.</li>}
          </ul>
        </div>
      ))}
      {fixes.length > 0 && (
        <div class="stack tight">
          <h3>What would help</h3>
          <Why sentences={fixes.map(fix => `In the ${fix.target.replaceAll('-', ' ')}: ${fix.sentence}`)} />
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
