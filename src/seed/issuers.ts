/** Adds declared issuers to the registry, and reports what it rejects as configuration errors. */
import type { ConfigErrorEntry } from '../config/config-error.ts';
import type { IssuerSettings } from '../config/issuers.ts';
import type { IssuerRegistry } from '../idp/types.ts';
import { pointer } from '../kernel/json.ts';

type Declarations = Readonly<Record<string, IssuerSettings>>;

/** Applies the differences between two declarations; returns what the registry rejects. */
export function declareIssuers(
  before: Declarations,
  after: Declarations,
  registry: IssuerRegistry,
  source = 'configuration',
): ConfigErrorEntry[] {
  const faults: ConfigErrorEntry[] = [];
  for (const id of Object.keys(before)) if (!Object.hasOwn(after, id)) registry.remove(id);
  for (const [id, settings] of Object.entries(after)) {
    if (Object.hasOwn(before, id) && JSON.stringify(before[id]) === JSON.stringify(settings)) continue;
    try {
      registry.put(id, settings);
    } catch (error) {
      faults.push(issuerError(id, error, source));
    }
  }
  return faults;
}

/** Converts an error of the registry to a configuration error; rethrows unexpected errors. */
function issuerError(id: string, error: unknown, source: string): ConfigErrorEntry {
  if (!(error instanceof Error) || !('path' in error)) throw error;
  const { suggestion } = error as { suggestion?: unknown };
  const at = pointer('issuers', id);
  // For the registry the id is a member of the request; here it is the key of the declaration.
  const path = error.path === '/id' ? at : `${at}${String(error.path)}`;
  if (typeof suggestion !== 'string') return { source, path, message: error.message };
  return { source, path, message: `${error.message}; did you mean "${suggestion}"?`, suggestion };
}
