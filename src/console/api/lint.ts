/** The linter, asked of the server: its rules and its table of the services of AWS are no part of the page. */
import type { Finding, PolicyKind } from '../../policy/decision.ts';
import { call } from './client.ts';

/** The findings about a policy text, most severe first. */
export async function lintPolicy(text: string, kind: PolicyKind, signal?: AbortSignal): Promise<readonly Finding[]> {
  const { findings } = await call<{ findings: readonly Finding[] }>('POST', '/lint', { kind, policy: text }, signal);
  return findings;
}
