/** CodeMirror for policies: JSON highlighting, completion, lint diagnostics, and marks on the decisive elements. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorState, type Extension, StateEffect, StateField, Transaction } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { PolicyKind } from '../../policy/decision.ts';
import { readJson } from '../../policy/json.ts';
import { lintPolicy } from '../api/lint.ts';
import { applyFix } from '../model/apply-fix.ts';
import type { Mark } from '../model/policy-marks.ts';
import { completePolicy } from './policy-completion.ts';
import { firstLineOf, rangeOf } from './policy-positions.ts';

export interface CodeEditor {
  /** Replaces the text if it differs. */
  set(text: string): void;
  mark(marks: readonly Mark[]): void;
  destroy(): void;
}

interface EditorOptions {
  readonly text: string;
  readonly label: string;
  readonly kind: PolicyKind | 'json' | 'plain';
  readonly change: (text: string) => void;
}

const editorTheme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--card)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'var(--inset)', color: 'var(--muted)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { boxShadow: 'inset 2px 0 0 var(--accent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--accent-tint)',
  },
  '.cm-decisive': { backgroundColor: 'var(--bad-tint)', boxShadow: 'inset 0 -2px 0 var(--bad)' },
  '.cm-satisfied': { boxShadow: 'inset 0 -2px 0 var(--good)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--text)',
    border: '1px solid var(--strong-line)',
    borderRadius: '8px',
    maxWidth: 'min(38rem, 90vw)',
  },
  '.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', fontFamily: 'var(--mono)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-text)',
  },
  '.cm-completionInfo': { padding: '6px 10px', fontFamily: 'var(--sans)', maxWidth: '22rem' },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.75', marginLeft: '1em' },
  '.cm-diagnostic': { fontFamily: 'var(--sans)', padding: '6px 10px' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-text)',
    borderRadius: '5px',
    padding: '2px 8px',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-tint)' },
});

const highlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.propertyName, color: 'var(--code-name)' },
    { tag: tags.string, color: 'var(--code-string)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-literal)' },
  ]),
);

const setMarks = StateEffect.define<readonly Mark[]>();

/** Marks on the decisive elements; edits move them until the next decision. */
const decisiveMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(old, transaction) {
    let marks = old.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue;
      const ranges = effect.value.flatMap(({ pointer, ok }) => {
        const range = rangeOf(transaction.state, pointer);
        if (range === undefined || range.from === range.to) return [];
        return [Decoration.mark({ class: ok ? 'cm-satisfied' : 'cm-decisive' }).range(range.from, range.to)];
      });
      marks = Decoration.set(ranges, true);
    }
    return marks;
  },
  provide: field => EditorView.decorations.from(field),
});

function policyDiagnostics(kind: PolicyKind) {
  return async (view: EditorView): Promise<readonly Diagnostic[]> => {
    const text = view.state.doc.toString();
    const read = readJson(text);
    if (!read.ok) return [{ from: 0, to: Math.min(1, text.length), severity: 'error', message: read.message }];
    return (await lintPolicy(text, kind)).map(({ path, severity, message, fix }) => {
      const range = firstLineOf(view.state, path) ?? { from: 0, to: Math.min(1, text.length) };
      const after = fix === undefined ? undefined : applyFix(text, fix);
      return {
        ...range,
        severity,
        message,
        ...(fix === undefined || after === undefined
          ? {}
          : { actions: [{ name: fix.sentence.slice(0, 80), apply: (target: EditorView) => replace(target, after) }] }),
      };
    });
  };
}

const replace = (view: EditorView, text: string): void =>
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });

function languageOf(kind: EditorOptions['kind']): Extension {
  if (kind === 'plain') return [];
  if (kind === 'json') return [json()];
  return [
    json(),
    jsonLanguage.data.of({ autocomplete: completePolicy }),
    autocompletion({ icons: false }),
    lintGutter(),
    linter(policyDiagnostics(kind), { delay: 250 }),
  ];
}

/** Creates an editor in the shadow tree of the element. */
export function mountEditor(host: HTMLElement, { text, label, kind, change }: EditorOptions): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        highlightSpecialChars(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
        // Tab moves the focus out of the editor, as in every other field.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
        languageOf(kind),
        decisiveMarks,
        editorTheme,
        highlighting,
        EditorView.updateListener.of(update => {
          const own = update.transactions.some(one => one.annotation(Transaction.userEvent) === 'set');
          if (update.docChanged && !own) change(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    set(next) {
      const old = view.state.doc.toString();
      if (old === next) return;
      view.dispatch({ changes: { from: 0, to: old.length, insert: next }, userEvent: 'set' });
    },
    mark: marks => view.dispatch({ effects: setMarks.of(marks) }),
    destroy: () => view.destroy(),
  };
}
