/** Linter rules for names that AWS does not have: services, actions, condition keys, policy variables, service principals. */

import { nearest } from '../../kernel/text.ts';
import type { Finding } from '../decision.ts';
import { moveCondition, replaceValue } from '../explain/near-edits.ts';
import { hasWildcard, matchWildcard } from '../match.ts';
import { issuerKey } from '../provider-claims.ts';
import { parseTemplate } from '../variables.ts';
import { isKnownKey, judgePrincipal, nearestKey, nearestService } from './known-names.ts';
import {
  conditionRule,
  type FindingDetails,
  keyPath,
  type LintCase,
  type LintRule,
  MAX_FINDINGS,
  rule,
  textsAt,
  trustedIssuers,
} from './lint-case.ts';
import { actionAliases, otherActions, retiredServices } from './service-names.table.ts';

const quote = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
const didYouMean = (better: string | undefined): string => (better === undefined ? '' : ` Did you mean ${better}?`);

/** A finding with a fix that replaces the text at the path. */
const replacement = (path: string, message: string, better: string | undefined): FindingDetails => ({
  path,
  message: message + didYouMean(better),
  ...(better === undefined
    ? {}
    : { fix: { sentence: `Use ${better}.`, patch: [{ op: 'replace', path, value: better }] } }),
});

/** A rule for each text of an element. */
const textRule = (
  code: string,
  severity: Finding['severity'],
  elements: readonly string[],
  check: (text: string, path: string, one: LintCase) => FindingDetails | undefined,
): LintRule =>
  rule(code, severity, one => {
    const findings: FindingDetails[] = [];
    for (const [text, path] of elements.flatMap(element => textsAt(one, `${one.path}/${element}`))) {
      const finding = check(text, path, one);
      if (finding !== undefined) findings.push(finding);
      if (findings.length === MAX_FINDINGS) break;
    }
    return findings;
  });

const actionRule = (
  code: string,
  check: (prefix: string, name: string, path: string, one: LintCase) => FindingDetails | undefined,
) =>
  textRule(code, 'error', ['Action', 'NotAction'], (text, path, one) => {
    const colon = text.indexOf(':');
    return colon === -1 ? undefined : check(text.slice(0, colon), text.slice(colon + 1), path, one);
  });

/** Whether the service has an action of that name, or one that the pattern matches. */
function hasAction(prefix: string, name: string, { services }: LintCase): boolean {
  const service = services.service(prefix);
  const lower = name.toLowerCase();
  if (service === undefined) return false;
  if (!hasWildcard(name))
    return service.lowerActions.has(lower) || otherActions.has(`${prefix.toLowerCase()}:${lower}`);
  if (/^\*+$/.test(name)) return service.actions.length > 0;
  for (const action of service.lowerActions) if (matchWildcard(lower, action)) return true;
  return false;
}

const isService = (prefix: string, { services }: LintCase): boolean =>
  (services.service(prefix)?.actions.length ?? 0) > 0 || retiredServices.has(prefix.toLowerCase());

const principalRule = (
  code: string,
  severity: Finding['severity'],
  state: 'wrong' | 'unknown',
  message: (text: string) => string,
) =>
  textRule(code, severity, ['Principal/Service', 'NotPrincipal/Service'], (text, path, one) => {
    // Such text is rejected as invalid.
    if (text === '*' || text === '') return undefined;
    const judged = judgePrincipal(text, one.services);
    return judged.state === state ? replacement(path, message(quote(text)), judged.better) : undefined;
  });

/** Keys whose values are service principals, without a wildcard. `kms:ViaService` has a region. */
const principalKeys: ReadonlySet<string> = new Set([
  'iam:awsservicename',
  'iam:passedtoservice',
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:principalservicename',
  'aws:principalservicenameslist',
  'kms:viaservice',
]);

const principalValueRule = conditionRule('unknown-service-principal', 'warning', (condition, one) => {
  const { values, lowerKey, key, fixed } = condition;
  if (!principalKeys.has(lowerKey) || !fixed || condition.operator.family !== 'string') return undefined;
  const judged = values
    .slice(0, MAX_FINDINGS)
    .filter(value => !hasWildcard(value))
    .map(value => ({ value, ...judgePrincipal(value, one.services) }))
    .find(({ state }) => state === 'wrong');
  if (judged === undefined) return undefined;
  const { value, better } = judged;
  const message = `The value of ${key} is never ${quote(value)}: service principals have the form SERVICE.amazonaws.com.${didYouMean(better)}`;
  if (better === undefined) return { message };
  const patch = replaceValue(one.policy.document, keyPath(one, condition), value, better);
  return { message, fix: { sentence: `Use ${better}.`, patch } };
});

/** Keys for tags that a service may check although the reference does not list them. */
const isTagKey = (key: string, { services }: LintCase): boolean => {
  const [, prefix = ''] = /^([a-z0-9-]+):(?:resourcetag|requesttag)\/./i.exec(key) ?? [];
  return (services.service(prefix)?.actions.length ?? 0) > 0;
};

const keyRule = (severity: Finding['severity'], concerns: (key: string, one: LintCase) => boolean): LintRule =>
  conditionRule('unknown-condition-key', severity, (condition, one) => {
    const { key, spelling } = condition;
    if (issuerKey(key, trustedIssuers(one)) !== undefined || isKnownKey(key, one.services) || !concerns(key, one))
      return undefined;
    if (isKnownKey(`${key}/x`, one.services)) return { message: `${quote(key)} lacks a name: write ${key}/NAME.` };
    const better = nearestKey(key, one.services);
    const message = `There is no condition key ${quote(key)} (data of ${one.services.date}).${didYouMean(better)}`;
    if (better === undefined) return { message };
    const patch = moveCondition(one.policy.document, `${one.path}/Condition`, condition, { spelling, key: better });
    return patch === undefined ? { message } : { message, fix: { sentence: `Use ${better}.`, patch } };
  });

export const nameRules: readonly LintRule[] = [
  actionRule('unknown-service', (prefix, name, path, one) => {
    const { services } = one;
    if (hasWildcard(prefix)) {
      const pattern = prefix.toLowerCase();
      if (services.prefixes.some(known => matchWildcard(pattern, known))) return undefined;
      return { path, message: `No service has a prefix that ${quote(prefix)} matches.` };
    }
    if (isService(prefix, one)) return undefined;
    const better = nearestService(prefix, services);
    const message = `There is no service ${quote(prefix)} (data of ${services.date}).`;
    const isRight = better !== undefined && hasAction(better, name, one);
    return isRight ? replacement(path, message, `${better}:${name}`) : { path, message: message + didYouMean(better) };
  }),
  actionRule('unknown-action', (prefix, name, path, one) => {
    const service = one.services.service(prefix);
    if (service === undefined || service.actions.length === 0 || hasAction(prefix, name, one)) return undefined;
    if (hasWildcard(name))
      return {
        path,
        message: `${quote(`${prefix}:${name}`)} matches no action of the service (data of ${one.services.date}).`,
      };
    const alias = actionAliases.get(`${prefix}:${name}`.toLowerCase());
    const near = alias === undefined ? nearest(name, service.actions, name.length <= 5 ? 1 : 3) : undefined;
    const better = alias ?? (near === undefined ? undefined : `${prefix}:${near}`);
    return replacement(
      path,
      `There is no action ${quote(`${prefix}:${name}`)} (data of ${one.services.date}).`,
      better,
    );
  }),
  principalRule(
    'unknown-service-principal',
    'error',
    'wrong',
    text => `${text} is no service principal: they have the form SERVICE.amazonaws.com.`,
  ),
  principalRule(
    'unverified-service-principal',
    'warning',
    'unknown',
    text =>
      `${text} is not among the known service principals. AWS publishes no complete list: check the name in the guide of the service.`,
  ),
  principalValueRule,
  keyRule('error', (key, one) => key.includes(':') && !isTagKey(key, one)),
  keyRule('warning', isTagKey),
  rule('unknown-variable', 'error', one => {
    if (one.policy.version !== '2012-10-17') return [];
    const texts = ['Resource', 'NotResource'].flatMap(element => textsAt(one, `${one.path}/${element}`));
    const values = one.statement.conditions
      .slice(0, MAX_FINDINGS)
      .flatMap(condition =>
        condition.fixed ? [] : condition.values.map(value => [value, `${one.path}/Condition`] as const),
      );
    const findings: FindingDetails[] = [];
    for (const [text, path] of [...texts, ...values]) {
      for (const message of unknownVariables(text, one)) findings.push({ path, message });
      if (findings.length >= MAX_FINDINGS) break;
    }
    return findings;
  }),
];

/** Messages about variables that no request has. Services other than AWS's global keys have variables that no list contains. */
function unknownVariables(text: string, one: LintCase): readonly string[] {
  if (!text.includes('${')) return [];
  return parseTemplate(text, true)
    .tokens.flatMap(token => (token.type === 'variable' ? [token.spelling] : []))
    .filter(key => issuerKey(key, trustedIssuers(one)) === undefined && !isKnownKey(key, one.services))
    .map(key => [key, nearestKey(key, one.services)] as const)
    .filter(([key, better]) => better !== undefined || /^aws:/i.test(key))
    .map(([key, better]) => `There is no policy variable \${${key}}.${didYouMean(better)}`);
}
