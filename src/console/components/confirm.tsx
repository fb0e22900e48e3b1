/** A question before a change: a modal dialog. The focus starts on Cancel, Escape cancels, and the focus returns to where it was. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { UntrustedText } from './text.tsx';

interface Props {
  readonly title: string;
  /** The label of the button that makes the change. */
  readonly action: string;
  readonly confirm: () => void;
  readonly cancel: () => void;
  readonly children: ComponentChildren;
}

export function Confirm({ title, action, confirm, cancel, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const safe = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    safe.current?.focus();
    return () => element?.close();
  }, []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      class="card pad stack confirm"
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={cancel}
    >
      <h2 id={`${id}-title`}>
        <UntrustedText text={title} maxLength={200} />
      </h2>
      <div id={`${id}-text`} class="stack tight">
        {children}
      </div>
      <div class="row answers">
        <button type="button" class="button" ref={safe} onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button"
          onClick={() => {
            close();
            confirm();
          }}
        >
          {action}
        </button>
      </div>
    </dialog>
  );
}
