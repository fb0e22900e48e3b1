/** What to change about a decision: the fixes of a denial, or on request the changes that keep an allowed caller out. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Fix } from '../../policy/decision.ts';
import { NOTHING_KEEPS_OUT } from '../../policy/fix-text.ts';
import { type EditablePolicy, Fixes } from './fixes.tsx';
import { Explanation } from './verdict.tsx';

interface Props {
  readonly allowed: boolean;
  readonly fixes: readonly Fix[];
  readonly keepOut: KeepOutProps;
  readonly policy: EditablePolicy | undefined;
  /** Defined while a saved fix can be undone; it is shown instead of the fixes. */
  readonly undo?: (() => void) | undefined;
  /** Shown above the fixes. */
  readonly children?: ComponentChildren;
}

interface KeepOutProps {
  readonly open: boolean;
  readonly toggle: () => void;
  /** Undefined: not known yet. */
  readonly narrow: readonly Fix[] | undefined;
  readonly failure?: string | undefined;
  /** Why the caller is let in. */
  readonly reasons?: readonly string[] | undefined;
}

export function FixSection({ allowed, fixes, keepOut, policy, undo, children }: Props) {
  const section = useRef<HTMLElement>(null);
  if (!allowed && fixes.length === 0) return null;
  // The button that is pressed disappears: the focus moves to the section.
  const keepFocus = (act: () => void): void => {
    section.current?.focus();
    act();
  };
  const editable = policy && { ...policy, apply: (text: string) => keepFocus(() => policy.apply(text)) };
  return (
    <section
      class="card pad stack"
      aria-label={allowed ? 'Keep this caller out' : 'What to change'}
      tabIndex={-1}
      ref={section}
    >
      {!allowed && (
        <div class="row">
          <h2>What to change</h2>
          {fixes.length > 1 && <span class="muted small">in the order in which to consider it</span>}
        </div>
      )}
      {children}
      {undo !== undefined ? (
        <div class="note good row spread" role="status">
          <span>The fix is saved. The policy above applies to the next call.</span>
          <button type="button" class="button" disabled={policy?.busy} onClick={() => keepFocus(undo)}>
            Undo
          </button>
        </div>
      ) : allowed ? (
        <KeepOut {...keepOut} policy={editable} />
      ) : (
        <Fixes fixes={fixes} policy={editable} />
      )}
    </section>
  );
}

function KeepOut({ open, toggle, narrow, failure, reasons = [], policy }: KeepOutProps & Pick<Props, 'policy'>) {
  return (
    <>
      <div>
        <button type="button" class="button" aria-expanded={open} onClick={toggle}>
          Should this caller be kept out?
        </button>
      </div>
      {open && (
        <div class="stack" role="status">
          {failure !== undefined && <p class="note bad">{failure}</p>}
          {failure === undefined && narrow === undefined && <p class="muted">Loading …</p>}
          <Explanation sentences={reasons} />
          {narrow?.length === 0 && <p>{NOTHING_KEEPS_OUT}</p>}
          {narrow !== undefined && narrow.length > 0 && <Fixes fixes={narrow} policy={policy} />}
        </div>
      )}
    </>
  );
}
