/** The fixes of a decision in order: who acts, what to change and whom it lets in; an edit of a policy with its diff and a button. */
import { useId, useState } from 'preact/hooks';
import type { Fix } from '../../policy/decision.ts';
import { letsInOthers, SIDE_NAMES } from '../../policy/fix-text.ts';
import { applyFix, formatJson } from '../model/apply-fix.ts';
import { Confirm } from './confirm.tsx';
import { Diff } from './policy-text.tsx';
import { Badge, UntrustedText } from './text.tsx';

/** The trust policy that the view can save. */
export interface EditablePolicy {
  readonly text: string;
  /** The label of the button. */
  readonly action: string;
  readonly apply: (text: string) => void;
  readonly busy?: boolean;
}

interface Props {
  readonly fixes: readonly Fix[];
  /** Undefined: the fixes are shown as words only. */
  readonly policy: EditablePolicy | undefined;
}

export function Fixes({ fixes, policy }: Props) {
  return (
    <ol class="fixes">
      {fixes.map(fix => (
        <FixItem key={JSON.stringify([fix.title, fix.sentence, fix.patch])} fix={fix} policy={policy} />
      ))}
    </ol>
  );
}

function FixItem({ fix, policy }: { readonly fix: Fix; readonly policy: EditablePolicy | undefined }) {
  const { side, title, sentence, admits, caution } = fix;
  const id = useId();
  const edit = policy === undefined ? undefined : editOf(fix, policy);
  return (
    <li class="stack tight">
      <div class="fix-head">
        <div class="stack tight">
          <div class="row">
            <Badge>{SIDE_NAMES[side]}</Badge>
            <h3 id={id}>
              <UntrustedText text={title} maxLength={200} />
            </h3>
          </div>
          <p>
            <UntrustedText text={sentence} maxLength={1500} />
          </p>
          {letsInOthers(fix) && (
            <div class="admits">
              <h4>Lets in</h4>
              <Admitted admits={admits} />
            </div>
          )}
          {caution !== undefined && <Caution text={caution} />}
        </div>
        {edit !== undefined && <ApplyButton fix={fix} edit={edit} describedBy={id} />}
      </div>
      {edit !== undefined && <Diff before={edit.before} after={edit.after} label="Changes of the fix" />}
    </li>
  );
}

interface Edit extends EditablePolicy {
  readonly before: string;
  readonly after: string;
}

/** The policy before and after the fix; undefined when the fix is not an edit of this policy. */
function editOf(fix: Fix, policy: EditablePolicy): Edit | undefined {
  if (fix.target !== 'trust-policy') return undefined;
  const before = formatJson(policy.text);
  const after = applyFix(policy.text, fix);
  return after === undefined || after === before ? undefined : { ...policy, before, after };
}

interface ApplyProps {
  readonly fix: Fix;
  readonly edit: Edit;
  readonly describedBy: string;
}

/** Applies the fix; one that lets in others only after a confirmation. */
function ApplyButton({ fix, edit: { action, apply, after, busy = false }, describedBy }: ApplyProps) {
  const [asking, setAsking] = useState(false);
  const { title, admits, caution } = fix;
  const asks = letsInOthers(fix);
  return (
    <>
      <button
        type="button"
        class={asks ? 'button' : 'button primary'}
        aria-describedby={describedBy}
        aria-haspopup={asks ? 'dialog' : undefined}
        disabled={busy}
        onClick={() => (asks ? setAsking(true) : apply(after))}
      >
        {asks ? `${action} …` : action}
      </button>
      {asking && (
        <Confirm title={title} action="Allow them as well" confirm={() => apply(after)} cancel={() => setAsking(false)}>
          <p>With this change, the policy also lets in:</p>
          <Admitted admits={admits} />
          {caution !== undefined && <Caution text={caution} />}
        </Confirm>
      )}
    </>
  );
}

function Admitted({ admits }: Pick<Fix, 'admits'>) {
  return (
    <ul class="explanation">
      {admits.map(who => (
        <li key={who}>
          <UntrustedText text={who} maxLength={600} />
        </li>
      ))}
    </ul>
  );
}

function Caution({ text }: { readonly text: string }) {
  return (
    <p class="note warn small">
      <UntrustedText text={text} maxLength={1000} />
    </p>
  );
}
