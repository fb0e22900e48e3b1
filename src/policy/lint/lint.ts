/** The linter as programs call it: loads its rules and the table of services with the first call. The one asynchronous file of `policy`. */
import type { Finding, PolicyKind } from '../decision.ts';
import { readServiceTable, type ServiceTable } from '../service-table.ts';

let table: Promise<ServiceTable> | undefined;

/** The table of services. A page that could not load it tries again with the next call. */
export function loadServiceTable(): Promise<ServiceTable> {
  table ??= import('../services.data.ts').then(
    ({ date, lines }) => readServiceTable(date, lines),
    (error: unknown) => {
      table = undefined;
      throw error;
    },
  );
  return table;
}

/**
 * Findings about a policy text, most severe first. `error`: AWS rejects it, it opens the role to everyone, or it names something that does
 * not exist; `warning`: it probably does not do what its author intended; `info`: a note.
 */
export async function lint(text: string, kind: PolicyKind): Promise<Finding[]> {
  const [{ lintWith }, services] = await Promise.all([import('./findings.ts'), loadServiceTable()]);
  return lintWith(services, text, kind);
}
