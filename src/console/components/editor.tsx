/** The text editor as a component: loaded on first use, in a shadow tree so that the content security policy needs no exception for its styles. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { PolicyKind } from '../../policy/decision.ts';
import type { Mark } from '../model/policy-marks.ts';
import type { CodeEditor } from './code-editor.ts';

interface Props {
  readonly text: string;
  readonly change: (text: string) => void;
  readonly label: string;
  /** Policy kinds have completion and lint; `json` has highlighting only; `plain` has neither. */
  readonly kind: PolicyKind | 'json' | 'plain';
  readonly marks?: readonly Mark[];
}

const none: readonly Mark[] = [];

export function Editor({ text, change, label, kind, marks = none }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  /** Typed texts that have not yet come back as the `text` property; a late one must not overwrite newer input. */
  const typed = useRef<readonly string[]>([]);
  const latest = useRef({ text, change, marks });
  latest.current = { text, change, marks };
  useEffect(() => {
    let gone = false;
    void import('./code-editor.ts').then(({ mountEditor }) => {
      if (gone || host.current === null) return;
      editor.current = mountEditor(host.current, {
        text: latest.current.text,
        label,
        kind,
        change(changed) {
          typed.current = [...typed.current, changed];
          latest.current.change(changed);
        },
      });
      editor.current.mark(latest.current.marks);
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, [kind, label]);
  // Before the page is painted, so that the text and the decision shown always belong together.
  useLayoutEffect(() => {
    const at = typed.current.lastIndexOf(text);
    typed.current = at === -1 ? [] : typed.current.slice(at);
    if (at === -1) editor.current?.set(text);
  }, [text]);
  useLayoutEffect(() => editor.current?.mark(marks), [marks]);
  return <div class="editor" ref={host} data-label={label} />;
}
