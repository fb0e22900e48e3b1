/** Keeps a fix only if it removes its finding and adds no error: each is applied and the result is linted. */
import type { Finding } from '../decision.ts';
import { applyPatch } from '../explain/patch.ts';
import { readJson } from '../json.ts';

/** Maximum number of fixes that are tried. Later findings have none. */
const maxTried = 20;
/** Longer policies are not tried: AWS's largest quota is 20,480 characters. */
const maxLength = 20_480;

/** The number of errors by code: a fix may change their paths. */
function errorCounts(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { severity, code } of findings) if (severity === 'error') counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

export function withSafeFixes(
  findings: readonly Finding[],
  text: string,
  lint: (text: string) => readonly Finding[],
): Finding[] {
  const read = findings.some(({ fix }) => fix !== undefined) ? readJson(text) : undefined;
  const before = errorCounts(findings);
  let tried = 0;
  const isSafe = ({ code, path, fix }: Finding): boolean => {
    if (fix === undefined || read?.ok !== true || text.length > maxLength || tried++ >= maxTried) return false;
    const changed = applyPatch(read.value, fix.patch);
    if (changed === undefined) return false;
    const after = lint(JSON.stringify(changed));
    if (after.some(other => other.code === code && other.path === path)) return false;
    return [...errorCounts(after)].every(([error, count]) => count <= (before.get(error) ?? 0));
  };
  return findings.map(finding => {
    if (finding.fix === undefined || isSafe(finding)) return finding;
    const { fix: _, ...rest } = finding;
    return rest;
  });
}
