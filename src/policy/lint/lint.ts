/** The linter as programs call it: loads its rules and the table of services with the first call. */
import type { Finding, PolicyKind } from '../decision.ts';
import { loadServiceTable } from '../service-table.ts';

/**
 * Findings about a policy text, most severe first. `error`: AWS rejects it, it opens the role to everyone, or it names something that does
 * not exist; `warning`: it probably does not do what its author intended; `info`: a note.
 */
export async function lint(text: string, kind: PolicyKind): Promise<Finding[]> {
  const [{ lintWith }, services] = await Promise.all([import('./findings.ts'), loadServiceTable()]);
  return lintWith(services, text, kind);
}
