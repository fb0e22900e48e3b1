/** Near misses of condition keys: absent, misspelled, or with the value of another key. */
import { pointerStep } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import { contextKey, contextKeys } from '../context-keys.ts';
import type { PatchOperation, Why } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf, exposedClaims } from '../provider-claims.ts';
import { type ConditionCase, holdsAs, move, sendAs } from './condition-case.ts';
import { callerIssuer, issuerFact } from './key-roles.ts';
import type { Edit, ElementMiss } from './near-miss.ts';
import { valuesMiss } from './near-pairs.ts';
import { applyPatch, valueAt } from './patch.ts';
import { inSentence } from './sends.ts';

/** Maximum number of names that are compared with a misspelled one. */
const maxNames = 200;

/** Keys that are not in the request: misspelled, or never present. */
export function absentMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, keyPath, request, fact } = one;
  const { key } = condition;
  const rename = (code: string, better: string): ElementMiss => renamed(one, code, better);
  const present = (name: string): string | undefined => (request.context.has(name.toLowerCase()) ? name : undefined);
  const bare = key.replace(/^https?:\/\//i, '');
  if (bare !== key && present(bare) !== undefined) return rename('key-with-scheme', bare);
  if (fact !== undefined) {
    const { issuer, claim } = fact;
    const other = issuer.endsWith('/') ? `${issuer.slice(0, -1)}:${claim}` : `${issuer}/:${claim}`;
    if (present(other) !== undefined) return rename('key-trailing-slash', other);
    if (claim === 'iss') return { path: keyPath, why: { code: 'issuer-as-key', key } };
    const hidden = claimsOf(issuer)?.hidden;
    if (hidden?.has(claim) === true) {
      const instead = hidden.get(claim);
      return {
        path: keyPath,
        why: { code: 'claim-not-exposed', key, claim, better: instead && `${issuer}:${instead}` },
      };
    }
  }
  const issuer = callerIssuer(request);
  // The statement is for another provider: its conditions are right for that one.
  if (fact !== undefined && isTrusted(one, fact.issuer)) {
    const why: Why = { code: 'key-of-other-issuer', key, better: `${issuer}:${fact.claim}` };
    const send = sendAs(one, condition.expected[0] ?? '');
    // The principal says it already where it does not match.
    const how = one.verdict.principal.ok ? `Use a token of ${fact.issuer}; ${inSentence(send.how)}` : send.how;
    return { path: keyPath, why, send: { side: 'workflow', how } };
  }
  const close = nearest(key, [...request.context.keys()].filter(isPossibleSpelling(one)).slice(0, maxNames), 2);
  if (close !== undefined) return rename('key-spelling', spelled(close, issuer));
  if (fact !== undefined) {
    const elsewhere = [...request.context.keys()].find(name => issuerFact(name, request)?.claim === fact.claim);
    if (elsewhere !== undefined) return rename('key-of-other-issuer', spelled(elsewhere, issuer));
    if (contextKey(key) === undefined) {
      const claims = exposedClaims(fact.issuer);
      if (!claims.includes(fact.claim))
        return { path: keyPath, why: { code: 'claim-not-exposed', key, claim: fact.claim, claims } };
    }
  }
  return otherKeyMiss(one) ?? neverPresent(one);
}

/** Whether the statement names the provider of another issuer than the caller's. */
const isTrusted = ({ policy, verdict, request }: ConditionCase, issuer: string): boolean =>
  issuer.toLowerCase() !== callerIssuer(request)?.toLowerCase() &&
  [...(policy.statements[verdict.index]?.principals?.federated ?? [])].some(name =>
    name.toLowerCase().endsWith(`oidc-provider/${issuer.toLowerCase()}`),
  );

/** The condition under the right key; a value that differs as well is corrected with it, or has to be sent. */
function renamed(one: ConditionCase, code: string, better: string): ElementMiss {
  const { condition, keyPath, spelling, policy, request, blockPath } = one;
  const [rename] = move(one, spelling, better);
  const why: Why = { code, key: condition.key, better };
  const document = rename && applyPatch(policy.document, rename.patch);
  if (rename === undefined || document === undefined || holdsAs(one, spelling, better))
    return { path: keyPath, why, edits: rename === undefined ? [] : [rename] };
  const actual = [request.context.get(better.toLowerCase()) ?? []].flat();
  const miss = valuesMiss({
    ...one,
    condition: { ...condition, key: better, actual },
    policy: { ...policy, document: document as CompiledPolicy['document'] },
    keyPath: blockPath + pointerStep(spelling) + pointerStep(better),
    fact: issuerFact(better, request),
  });
  const after = (edit: Edit): Edit => ({ ...edit, patch: [...rename.patch, ...edit.patch] });
  const send = miss?.send && { ...miss.send, correction: after(miss.send.correction ?? { patch: [], widens: false }) };
  return { path: keyPath, ...miss, why: { ...miss?.why, ...why }, edits: (miss?.edits ?? []).map(after), send };
}

/** The key of a context, whose names are in lower case, as AWS and the provider write it. */
const spelled = (name: string, issuer: string | undefined): string =>
  issuer !== undefined && name.startsWith(`${issuer.toLowerCase()}:`)
    ? issuer + name.slice(issuer.length)
    : (contextKeys.find(row => row.key.toLowerCase() === name)?.key ?? name);

/** Names that the key may be a misspelling of: for a key that exists, only the same claim of a similarly spelled issuer. */
function isPossibleSpelling({ condition, fact, request }: ConditionCase): (name: string) => boolean {
  if (contextKey(condition.key) === undefined) return () => true;
  return name => fact !== undefined && issuerFact(name, request)?.claim === fact.claim;
}

/** A key of the service that is called, whose keys are not in the table. */
const isServiceKey = (key: string, action: string): boolean =>
  key.toLowerCase().startsWith(action.slice(0, action.indexOf(':') + 1).toLowerCase());

/** Uses the table of keys: the key is unknown, never present for this caller or action, or only absent now. */
function neverPresent(one: ConditionCase): ElementMiss | undefined {
  const { condition, keyPath, request, fact } = one;
  const row = contextKey(condition.key);
  const send = sendAs(one, condition.expected[0] ?? '');
  if (row === undefined && fact === undefined)
    return isServiceKey(condition.key, request.action)
      ? { path: keyPath, why: { code: 'key-of-service', key: condition.key }, send }
      : { path: keyPath, why: { code: 'key-unknown', key: condition.key } };
  const { type } = request.principal;
  const base = { key: condition.key, when: row?.when ?? 'when the token has the claim' };
  if (row?.callers !== undefined && !row.callers.includes(type)) {
    return { path: keyPath, why: { code: 'key-not-for-caller', caller: type, ...base } };
  }
  if (row?.actions !== undefined && !row.actions.includes(request.action.toLowerCase())) {
    return { path: keyPath, why: { code: 'key-not-in-action', action: request.action, ...base } };
  }
  return { path: keyPath, why: { code: 'key-absent-now', ...base }, send };
}

/**
 * The policy value is that of another key of the issuer: a subject under `aud`, an audience under `sub`. The condition moves to that key
 * only when the present one keeps a condition, so that nothing is left open.
 */
export function otherKeyMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, request, fact, keyPath, spelling, policy } = one;
  const [expected] = condition.expected;
  if (fact === undefined || expected === undefined || condition.expected.length > 1 || /^[*?]*$/.test(expected))
    return undefined;
  const prefix = `${fact.issuer.toLowerCase()}:`;
  const better = [...request.context.keys()].find(
    name =>
      name !== condition.key.toLowerCase() &&
      name !== `${prefix}oaud` &&
      name.startsWith(prefix) &&
      [request.context.get(name) ?? []].flat().some(value => matchWildcard(expected, value)),
  );
  if (better === undefined) return undefined;
  const key = fact.issuer + better.slice(fact.issuer.length);
  const why: Why = { code: 'value-of-other-key', key: condition.key, operator: spelling, expected, better: key };
  const audience = condition.actual?.[0];
  const target = one.blockPath + pointerStep(spelling) + pointerStep(key);
  if (fact.claim !== 'aud' || audience === undefined || valueAt(policy.document, target) !== undefined)
    return { path: keyPath, why };
  const patch: readonly PatchOperation[] = [
    { op: 'replace', path: keyPath, value: audience },
    { op: 'add', path: target, value: expected },
  ];
  return { path: keyPath, why, edits: [{ patch, widens: false }] };
}
