/** Small text components: untrusted text, times, badges, icons, and a copy button. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** Untrusted text, isolated so that its bidirectional controls do not affect the text around it. `maxLength` truncates it. */
export function UntrustedText({ text, maxLength }: { readonly text: string; readonly maxLength?: number }) {
  const shown = maxLength !== undefined && text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return (
    <bdi>
      <VisibleText text={shown} />
    </bdi>
  );
}

/** Control characters, bidirectional controls and zero-width characters. */
const INVISIBLE = /([\p{Cc}\p{Cf}\u2028\u2029])/u;
/** Maximum number of pieces to check; the rest of the text is shown unchanged. */
const MAX_PIECES = 400;

/** Text with invisible characters shown as code points. Line breaks are kept. */
export function VisibleText({ text }: { readonly text: string }) {
  if (!INVISIBLE.test(text)) return <>{text}</>;
  const pieces = text.split(INVISIBLE);
  const checked = pieces
    .slice(0, MAX_PIECES)
    .map((piece, at) => ({ id: at, piece, hidden: at % 2 === 1 && piece !== '\n' }));
  return (
    <>
      {checked.map(({ id, piece, hidden }) =>
        hidden ? (
          <span key={id} class="invisible" data-code={codeOf(piece)}>
            {piece}
          </span>
        ) : (
          piece
        ),
      )}
      {pieces.slice(MAX_PIECES).join('')}
    </>
  );
}

const codeOf = (char: string): string => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** The time of day of an ISO 8601 timestamp; the full timestamp is in `title` and `datetime`. */
export function TimeOfDay({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {at.slice(11, 19)}
    </time>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | '';

export function Badge({ tone = '', children }: { readonly tone?: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const iconPaths = {
  yes: 'M4.5 10.5l3.6 3.6L15.5 6.5',
  no: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  dash: 'M6 10h8',
} as const;

/** A decorative icon; text next to it states the meaning. */
export function Icon({ mark, size = 14 }: { readonly mark: keyof typeof iconPaths; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path
        d={iconPaths[mark]}
        fill="none"
        stroke="currentColor"
        stroke-width="2.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A status icon with a text for screen readers. */
export function StatusDot({ state, label }: { readonly state: 'good' | 'bad' | 'none'; readonly label: string }) {
  return (
    <span class={`dot ${state}`}>
      <Icon mark={state === 'good' ? 'yes' : state === 'bad' ? 'no' : 'dash'} size={12} />
      <span class="visually-hidden">{label}</span>
    </span>
  );
}

/** Copies a text. Without clipboard access (no TLS and not localhost) it uses `execCommand`. */
export function CopyButton({ text, children }: { readonly text: string; readonly children: ComponentChildren }) {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await writeClipboard(text);
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      {done ? 'Copied' : children}
      <span class="visually-hidden" role="status">
        {done ? 'Copied' : ''}
      </span>
    </button>
  );
}

async function writeClipboard(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** Renders our own text; text between backticks is code. */
export function Prose({ text }: { readonly text: string }) {
  const [first = '', ...rest] = text.split('`');
  return (
    <>
      {first}
      {rest.map((piece, at) => (at % 2 === 0 ? <code key={piece}>{piece}</code> : piece))}
    </>
  );
}
