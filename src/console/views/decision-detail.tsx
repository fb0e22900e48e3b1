/** One decision: its stages, explanation, the policies with the decisive elements marked, and what to change. */
import { useState } from 'preact/hooks';
import type { Json } from '../../policy/decision.ts';
import { readJson } from '../../policy/json.ts';
import type { Decision } from '../api/types.ts';
import { FixSection } from '../components/fix-section.tsx';
import { useApi } from '../components/hooks.ts';
import { useRoleTrust } from '../components/role-trust.ts';
import { UntrustedText } from '../components/text.tsx';
import { Steps, Trace } from '../components/trace.tsx';
import { AwsErrorText, Explanation, Verdict } from '../components/verdict.tsx';
import { leadSentence } from '../model/lead-sentence.ts';
import { resourceLayer } from '../model/policy-marks.ts';
import { addressOf } from '../model/route.ts';
import { OtherLayers, TrustSection } from './decision-policies.tsx';

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
      <Policies key={decision.id} decision={decision} />
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

/** The policies that decided, and what to change. */
function Policies({ decision }: { readonly decision: Decision }) {
  const { id, allowed, explanation, fixes, layers, resource, trustPolicy } = decision;
  const hasTrust = isRole(resource) && trustPolicy !== undefined && resourceLayer(layers) !== undefined;
  const trust = useRoleTrust(hasTrust ? resource : undefined);
  const [asked, setAsked] = useState(false);
  const unwanted = useApi<Decision>(asked ? `/decisions/${encodeURIComponent(id)}?unwanted=true` : undefined);
  // The fixes belong to the policy that was evaluated.
  const isCurrent = trust.text !== undefined && hasTrust && isSameJson(trust.text, trustPolicy);
  const { apply, busy, isApplied, saveFailure, text, undo } = trust;
  const canEdit = text !== undefined && (isCurrent || isApplied);
  return (
    <>
      {hasTrust && <TrustSection decision={decision} evaluated={trustPolicy} trust={trust} />}
      <OtherLayers layers={layers} />
      {(!allowed || layers.length > 0) && (
        <FixSection
          allowed={allowed}
          fixes={fixes}
          keepOut={{
            open: asked,
            toggle: () => setAsked(!asked),
            narrow: unwanted.value && (unwanted.value.narrow ?? []),
            failure: unwanted.failure,
            reasons: unwanted.value?.explanation.filter(sentence => !explanation.includes(sentence)),
          }}
          policy={canEdit ? { text, action: 'Apply to the role', apply, busy } : undefined}
          undo={isApplied ? undo : undefined}
        >
          {saveFailure !== undefined && (
            <p class="note bad" role="alert">
              {saveFailure}
            </p>
          )}
        </FixSection>
      )}
    </>
  );
}

function isSameJson(text: string, value: Json): boolean {
  const read = readJson(text);
  return read.ok && JSON.stringify(read.value) === JSON.stringify(value);
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
