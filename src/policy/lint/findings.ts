/** The linter: what AWS rejects, and what AWS accepts but is dangerous or can never match. */
import { isObject, pointerStep, readPointer } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import type { Finding, PatchOperation, PolicyError, PolicyKind } from '../decision.ts';
import { type CompiledPolicy, parsePolicy, policyQuotas, policySize } from '../document.ts';
import { valueAt } from '../explain/patch.ts';
import { type JsonResult, readJson } from '../json.ts';
import { malformedPolicyMessage } from '../malformed-policy.ts';
import { operators, qualifiers } from '../operators.ts';
import type { ServiceTable } from '../service-table.ts';
import { checkTrustWrite } from '../trust-policy-checks.ts';
import { lintRules } from './lint-rules.ts';
import { withSafeFixes } from './safe-fixes.ts';

/** Maximum number of characters (without white space) by kind; AWS rejects a longer policy. */
const quotas: Readonly<Partial<Record<PolicyKind, number>>> = {
  trust: policyQuotas.trust.max,
  identity: policyQuotas.managed.max,
  boundary: policyQuotas.managed.max,
  session: policyQuotas.session.max,
  scp: policyQuotas.scp.max,
};

/** Findings about a policy text, most severe first, as `lint` returns them. Never throws. */
export function lintWith(services: ServiceTable, text: string, kind: PolicyKind): Finding[] {
  return withSafeFixes(findingsOf(services, text, kind), text, changed => findingsOf(services, changed, kind));
}

function findingsOf(services: ServiceTable, text: string, kind: PolicyKind): Finding[] {
  const findings: Finding[] = [...sizeFindings(text, kind)];
  const strict = parsePolicy(text, { kind });
  const fixes = operatorFixes(text);
  if (!strict.ok) for (const fault of strict.faults) findings.push(errorFinding(fault, kind, fixes));
  // A policy that is rejected for the type of a value can still be checked by the rules.
  const normalized = strict.ok ? strict : parsePolicy(text, { kind, strictness: 'evaluated' });
  if (normalized.ok) {
    const { policy } = normalized;
    if (kind === 'trust') for (const fault of checkTrustWrite(policy)) findings.push(errorFinding(fault, kind, fixes));
    for (const finding of [versionFindings(policy), ruleFindings(policy, services)].flat()) findings.push(finding);
  }
  return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

const severities: readonly Finding['severity'][] = ['error', 'warning', 'info'];

function sizeFindings(text: string, kind: PolicyKind): readonly Finding[] {
  const most = quotas[kind];
  const size = policySize(text);
  if (most === undefined || size <= most) return [];
  const message = `The policy has ${size} characters without white space; AWS's default quota is ${most}.`;
  return [{ path: '', code: 'policy-too-large', severity: 'error', message }];
}

/** A document error with AWS's message for it, and a suggestion for a misspelled operator. */
function errorFinding(fault: PolicyError, kind: PolicyKind, fixOf: (path: string) => Finding['fix']): Finding {
  const aws = malformedPolicyMessage([fault], kind);
  const message = aws === fault.message ? aws : `${fault.message} AWS returns: ${aws}`;
  const finding: Finding = { path: fault.path, code: fault.code, severity: 'error', message };
  const fix = fault.code === 'invalid-operator' ? fixOf(fault.path) : undefined;
  return fix === undefined ? finding : { ...finding, fix };
}

const operatorSpellings: readonly string[] = [...operators.keys()].flatMap(name => [
  name,
  `${name}IfExists`,
  ...qualifiers.map(qualifier => `${qualifier}:${name}`),
]);

/** Maximum number of misspelled operators that get a suggestion. */
const maxFixes = 20;

/** Suggestions for the operators of one text, which is parsed once. */
function operatorFixes(text: string): (path: string) => Finding['fix'] {
  let read: JsonResult | undefined;
  let count = 0;
  return path => {
    read ??= readJson(text);
    return count++ < maxFixes ? operatorFix(path, read) : undefined;
  };
}

function operatorFix(path: string, read: JsonResult): Finding['fix'] {
  const written = readPointer(path).at(-1) ?? '';
  const better = nearest(written, operatorSpellings, 3);
  const value = read.ok ? valueAt(read.value, path) : undefined;
  if (better === undefined || value === undefined) return undefined;
  const target = path.slice(0, path.lastIndexOf('/')) + pointerStep(better);
  const patch: readonly PatchOperation[] = [
    { op: 'remove', path },
    { op: 'add', path: target, value },
  ];
  return { sentence: `Use ${better}.`, patch };
}

function versionFindings(policy: CompiledPolicy): readonly Finding[] {
  if (policy.version === '2012-10-17') return [];
  const variables = JSON.stringify(policy.document).includes('${');
  const fix = {
    sentence: 'Set Version to 2012-10-17.',
    patch: [{ op: 'add', path: '/Version', value: '2012-10-17' }] satisfies PatchOperation[],
  };
  return variables
    ? [
        {
          path: '/Version',
          code: 'variables-need-version',
          severity: 'warning',
          message: 'Policy variables need Version 2012-10-17; without it, ${…} is literal text.',
          fix,
        },
      ]
    : [
        {
          path: '/Version',
          code: 'old-version',
          severity: 'info',
          message: 'The current version is 2012-10-17; earlier versions have no policy variables.',
          fix,
        },
      ];
}

function ruleFindings(policy: CompiledPolicy, services: ServiceTable): readonly Finding[] {
  const single = isObject(policy.document['Statement']);
  return policy.statements.flatMap(statement => {
    const path = single ? '/Statement' : `/Statement/${statement.index}`;
    return lintRules.flatMap(({ code, severity, check }) =>
      check({ policy, statement, path, services }).map(finding => ({ code, severity, ...finding })),
    );
  });
}
