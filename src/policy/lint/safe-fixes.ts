/** Keeps a fix only if it removes its finding and adds no error: each is applied and the result is linted. */
import type { Finding } from '../decision.ts';
import { applyPatch } from '../explain/patch.ts';
import { readJson } from '../json.ts';

/** Maximum number of fixes that are tried. Later findings have none. */
const maxTried = 20;
/** Longer policies are not tried: AWS's largest quota is 20,480 characters. */
const maxLength = 20_480;

const count = (findings: readonly Finding[], matches: (finding: Finding) => boolean): number =>
  findings.filter(matches).length;
const isError = ({ severity }: Finding): boolean => severity === 'error';

export function withSafeFixes(
  findings: readonly Finding[],
  text: string,
  lint: (text: string) => readonly Finding[],
): Finding[] {
  const read = findings.some(({ fix }) => fix !== undefined) ? readJson(text) : undefined;
  let tried = 0;
  const isSafe = ({ code, path, fix }: Finding): boolean => {
    if (fix === undefined || read?.ok !== true || text.length > maxLength || tried++ >= maxTried) return false;
    const changed = applyPatch(read.value, fix.patch);
    if (changed === undefined) return false;
    const after = lint(JSON.stringify(changed));
    const same = (other: Finding): boolean => other.code === code && other.path === path;
    return count(after, isError) <= count(findings, isError) && count(after, same) < count(findings, same);
  };
  return findings.map(finding => {
    if (finding.fix === undefined || isSafe(finding)) return finding;
    const { fix: _, ...rest } = finding;
    return rest;
  });
}
