/** Declared issuers brought into the register, with everything it refuses told as faults of the declaration. */
import type { ConfigErrorEntry } from '../config/config-error.ts';
import type { IssuerSettings } from '../config/issuers.ts';
import type { IssuerRegistry } from '../idp/types.ts';

type Declarations = Readonly<Record<string, IssuerSettings>>;

/** Declares what is said differently; the answer is what the register refuses. */
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

/** What the register refuses, as a fault of the file; anything else nobody foresaw. */
function issuerError(id: string, error: unknown, source: string): ConfigErrorEntry {
  if (!(error instanceof Error) || !('path' in error)) throw error;
  const { suggestion } = error as { suggestion?: unknown };
  const at = `/issuers/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  // The register takes the id for a member of the request; here it is the key of the declaration.
  const path = error.path === '/id' ? at : `${at}${String(error.path)}`;
  if (typeof suggestion !== 'string') return { source, path, message: error.message };
  return { source, path, message: `${error.message}; did you mean "${suggestion}"?`, suggestion };
}
