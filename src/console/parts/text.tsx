/** Small pieces of text: what others wrote, times, badges, signs, and a button that copies. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** Text that came from outside, kept to itself: its direction marks do not reach its neighbours. `most` cuts it short. */
export function Outside({ text, most }: { readonly text: string; readonly most?: number }) {
  const shown = most !== undefined && text.length > most ? `${text.slice(0, most)}…` : text;
  return (
    <bdi>
      <Seen text={shown} />
    </bdi>
  );
}

/** Control characters, direction marks and blanks of no width. */
const INVISIBLE = /([\p{Cc}\p{Cf}\u2028\u2029])/u;
/** Pieces that are looked at one by one; what comes after is shown as it is. */
const MOST_PIECES = 400;

/** Text in which characters that nobody would see are shown by their code. Line breaks stay. */
export function Seen({ text }: { readonly text: string }) {
  if (!INVISIBLE.test(text)) return <>{text}</>;
  const pieces = text.split(INVISIBLE);
  const told = pieces
    .slice(0, MOST_PIECES)
    .map((piece, at) => ({ id: at, piece, hidden: at % 2 === 1 && piece !== '\n' }));
  return (
    <>
      {told.map(({ id, piece, hidden }) =>
        hidden ? (
          <span key={id} class="invisible" data-code={codeOf(piece)}>
            {piece}
          </span>
        ) : (
          piece
        ),
      )}
      {pieces.slice(MOST_PIECES).join('')}
    </>
  );
}

const codeOf = (char: string): string => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** The time of day of an ISO moment; the moment itself on hover and for machines. */
export function Moment({ at }: { readonly at: string }) {
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

export const marks = {
  yes: 'M4.5 10.5l3.6 3.6L15.5 6.5',
  no: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  wait: 'M6 10h8',
} as const;

/** A drawn sign; what it means is said beside it. */
export function Sign({ mark, size = 14 }: { readonly mark: keyof typeof marks; readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path
        d={marks[mark]}
        fill="none"
        stroke="currentColor"
        stroke-width="2.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A dot with its meaning for those who do not see it. */
export function Dot({ state, says }: { readonly state: 'good' | 'bad' | 'none'; readonly says: string }) {
  return (
    <span class={`dot ${state}`}>
      <Sign mark={state === 'good' ? 'yes' : state === 'bad' ? 'no' : 'wait'} size={12} />
      <span class="unseen">{says}</span>
    </span>
  );
}

/** Copies a text. Where the page may not use the clipboard (no TLS, not localhost), the text is selected instead. */
export function Copy({ text, children }: { readonly text: string; readonly children: ComponentChildren }) {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await writeClipboard(text);
    setDone(true);
    setTimeout(() => setDone(false), 1600);
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      {done ? 'Copied' : children}
      <span class="unseen" role="status">
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

/** Our own prose; what stands between backticks is code. */
export function Prose({ text }: { readonly text: string }) {
  const [first = '', ...rest] = text.split('`');
  return (
    <>
      {first}
      {rest.map((piece, at) => (at % 2 === 0 ? <code key={piece}>{piece}</code> : piece))}
    </>
  );
}
