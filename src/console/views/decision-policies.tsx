/** The policies of a decision: the trust policy with its decisive elements marked, and the verdicts of the others. */
import { useMemo } from 'preact/hooks';
import type { Json, LayerName } from '../../policy/decision.ts';
import { readJson } from '../../policy/json.ts';
import type { Decision } from '../api/types.ts';
import { PolicyText } from '../components/policy-text.tsx';
import type { RoleTrust } from '../components/role-trust.ts';
import { Badge, UntrustedText } from '../components/text.tsx';
import { formatJson } from '../model/apply-fix.ts';
import { marksOf, resourceLayer } from '../model/policy-marks.ts';
import { addressOf } from '../model/route.ts';
import { prefixOf } from '../model/setup.ts';
import { encodeSetup } from '../model/shared-link.ts';

interface TrustProps {
  readonly decision: Decision;
  /** The trust policy that was evaluated. */
  readonly evaluated: Json;
  readonly trust: RoleTrust;
}

/** The trust policy that was evaluated with its decisive elements marked; after a fix is saved, the new one. */
export function TrustSection({ decision, evaluated, trust }: TrustProps) {
  const { resource: arn } = decision;
  const { text, readFailure, isApplied } = trust;
  const layer = resourceLayer(decision.layers);
  const parsed = useMemo(() => (text === undefined ? undefined : readJson(text)), [text]);
  if (layer === undefined || (parsed === undefined && readFailure === undefined)) return null;
  const present = parsed?.ok === true ? parsed.value : undefined;
  const isChanged = !isApplied && JSON.stringify(present) !== JSON.stringify(evaluated);
  const playground = playgroundOf(decision, JSON.stringify(evaluated));
  return (
    <section class="card pad stack" aria-label="Trust policy">
      <div class="row spread">
        <h2>
          Trust policy of <UntrustedText text={arn.slice(arn.indexOf('/') + 1)} maxLength={120} />
        </h2>
        {isChanged && present !== undefined && <Badge tone="warn">policy changed</Badge>}
        {playground !== undefined && (
          <a class="button plain" href={playground}>
            Open in the playground
          </a>
        )}
      </div>
      {isChanged && (
        <p class="note">
          This is the policy at the time of the decision.{' '}
          {present === undefined ? (
            readFailure
          ) : (
            <>
              The role’s policy has changed since; see <a href={addressOf('accounts')}>Accounts</a>.
            </>
          )}
        </p>
      )}
      <PolicyText
        document={isApplied ? (present ?? evaluated) : evaluated}
        marks={isApplied ? [] : marksOf(layer, evaluated)}
        label="Trust policy, decisive elements marked"
      />
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

/** The verdicts of the policies other than the trust policy. */
export function OtherLayers({ layers: all }: Pick<Decision, 'layers'>) {
  const layers = all.filter(layer => layer.layer !== 'trust');
  if (layers.length === 0) return null;
  return (
    <section class="card pad stack" aria-label="Other policies">
      <h2>{layers.length < all.length ? 'Other policies' : 'Policies'}</h2>
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
