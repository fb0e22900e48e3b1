/** The trust policy of a role as it is now: saves a fix, and undoes it. */
import { useState } from 'preact/hooks';
import { call, errorMessage } from '../api/client.ts';
import type { RoleView } from '../api/types.ts';
import { useApi } from './hooks.ts';

export interface RoleTrust {
  /** Undefined until the role is read, and when it does not exist. */
  readonly text: string | undefined;
  /** Why the role cannot be read. */
  readonly readFailure: string | undefined;
  readonly saveFailure: string | undefined;
  readonly busy: boolean;
  /** Whether a fix is saved that can be undone. */
  readonly isApplied: boolean;
  readonly apply: (policy: string) => void;
  readonly undo: () => void;
}

/** `arn` undefined: there is no role to read. */
export function useRoleTrust(arn: string | undefined): RoleTrust {
  const address = arn === undefined ? undefined : `/roles/${encodeURIComponent(arn)}`;
  const role = useApi<RoleView>(address);
  const [before, setBefore] = useState<string>();
  const [saveFailure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const text = role.value?.trust;
  const save = async (policy: string, undoTo: string | undefined): Promise<void> => {
    setBusy(true);
    try {
      await call('PUT', `${address}/trust`, { policy });
      setBefore(undoTo);
      setFailure(undefined);
      role.again();
    } catch (error) {
      setFailure(errorMessage(error));
    }
    setBusy(false);
  };
  return {
    text,
    readFailure: role.failure,
    saveFailure,
    busy,
    isApplied: before !== undefined,
    apply: policy => void save(policy, text),
    undo: () => void (before !== undefined && save(before, undefined)),
  };
}
