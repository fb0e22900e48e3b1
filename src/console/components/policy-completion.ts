/** Completion for policies: elements, operators, condition keys and actions, from the tables of the policy evaluator. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { contextKey, contextKeys, operators, qualifiers } from '../../policy/index.ts';
import { claimsOf, exposedClaims } from '../../policy/provider-claims.ts';
import { issuerOf } from '../../policy/trust-policy-checks.ts';
import { type Position, positionAt } from './policy-positions.ts';

const options = (labels: readonly string[], detail = ''): Completion[] =>
  labels.map(label => (detail === '' ? { label } : { label, detail }));

const operatorNames: readonly Completion[] = [...operators.keys()].flatMap(name => [
  { label: name, boost: name.startsWith('String') ? 2 : 1 },
  ...(name === 'Null' ? [] : [{ label: `${name}IfExists` }]),
  ...qualifiers.map(qualifier => ({ label: `${qualifier}:${name}`, boost: -1 })),
]);

const globalKeys: readonly Completion[] = contextKeys.map(({ key, type, when }) => ({
  label: key,
  detail: type,
  info: `Present ${when}.`,
}));

const issuers: readonly string[] = [
  'token.actions.githubusercontent.com',
  'gitlab.com',
  'agent.buildkite.com',
  'accounts.google.com',
];

/** Condition keys of the issuers that the policy trusts; of common issuers when it trusts none. */
function claimKeys(text: string): Completion[] {
  const trusted = [...text.matchAll(/"(?:arn:[^"]*:oidc-provider\/[^"]+|[\w.-]+\.[\w.-]+)"/g)]
    .map(match => issuerOf(match[0].slice(1, -1)))
    .filter(
      (issuer, at, all) => (issuer.includes('/') || claimsOf(issuer) !== undefined) && all.indexOf(issuer) === at,
    );
  return (trusted.length > 0 ? trusted : issuers).flatMap(issuer =>
    exposedClaims(issuer).map(claim => {
      const label = `${issuer}:${claim}`;
      return { label, boost: 5, info: `The value is ${contextKey(label)?.from ?? 'a claim'}.` };
    }),
  );
}

const actions = [
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:TagSession',
  'sts:SetSourceIdentity',
];

const statement = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

const names: ReadonlyMap<string, readonly Completion[]> = new Map([
  ['', options(['Version', 'Id', 'Statement'])],
  ['Statement', options(statement)],
  ['Principal', options(['Federated', 'AWS', 'Service', 'CanonicalUser'])],
  ['NotPrincipal', options(['Federated', 'AWS', 'Service', 'CanonicalUser'])],
  ['Condition', operatorNames],
]);

const values: ReadonlyMap<string, readonly Completion[]> = new Map([
  ['Version', options(['2012-10-17', '2008-10-17'])],
  ['Effect', options(['Allow', 'Deny'])],
  ['Action', options(actions)],
  ['NotAction', options(actions)],
  ['Null', options(['true', 'false'])],
  ['Bool', options(['true', 'false'])],
]);

function completionsAt({ path, is }: Position, text: string): readonly Completion[] {
  const [last = ''] = path.slice(-1);
  if (is === 'name') {
    return path.at(-2) === 'Condition' ? [...claimKeys(text), ...globalKeys] : (names.get(last) ?? []);
  }
  return values.get(last) ?? values.get(path.at(-2) ?? '') ?? [];
}

/** Completes the content of a JSON string; does not change the quotes. */
export function completePolicy(context: CompletionContext): CompletionResult | null {
  const place = positionAt(context.state, context.pos);
  if (place === undefined || context.pos === place.from) return null;
  const found = completionsAt(place, context.state.doc.toString());
  if (found.length === 0) return null;
  const closed = place.to > place.from + 1 && context.state.sliceDoc(place.to - 1, place.to) === '"';
  return {
    from: place.from + 1,
    to: closed ? Math.max(context.pos, place.to - 1) : context.pos,
    options: [...found],
    validFor: /^[^"]*$/,
  };
}
