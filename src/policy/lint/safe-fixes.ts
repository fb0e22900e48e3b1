/** Keeps a fix only if it removes its finding adds no error and opens nothing: each is applied and the result is linted. */
import type { Finding } from '../decision.ts';
import { applyPatch } from '../explain/patch.ts';
import { readJson } from '../json.ts';

/** Maximum number of fixes that are tried. Later findings have none. */
const maxTried = 20;
/** Longer policies are not tried: AWS's largest quota is 20,480 characters. */
const maxLength = 20_480;

/** Warnings that a statement lets in more than its author means: a fix that makes a dead statement such a one widens it. */
const opening: ReadonlySet<string> = new Set([
  'any-caller-of-workflow',
  'any-service-account',
  'missing-subject',
  'open-to-pull-requests',
  'public-principal',
  'trusts-pull-requests',
  'unauthenticated-identities',
  'unpinned-workflow',
]);

/** The number of errors, and of warnings that open a statement, by code: a fix may change their paths. */
function faultCounts(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { severity, code } of findings)
    if (severity === 'error' || opening.has(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

export function withSafeFixes(
  findings: readonly Finding[],
  text: string,
  lint: (text: string) => readonly Finding[],
): Finding[] {
  const read = findings.some(({ fix }) => fix !== undefined) ? readJson(text) : undefined;
  const before = faultCounts(findings);
  let tried = 0;
  const isSafe = ({ code, path, fix }: Finding): boolean => {
    if (fix === undefined || read?.ok !== true || text.length > maxLength || tried++ >= maxTried) return false;
    const changed = applyPatch(read.value, fix.patch);
    if (changed === undefined) return false;
    const after = lint(JSON.stringify(changed));
    if (after.some(other => other.code === code && other.path === path)) return false;
    return [...faultCounts(after)].every(([fault, count]) => count <= (before.get(fault) ?? 0));
  };
  return findings.map(finding => {
    if (finding.fix === undefined || isSafe(finding)) return finding;
    const { fix: _, ...rest } = finding;
    return rest;
  });
}
