/** A verdict with its reasons, its fixes and the linter's remarks. */
import type { Finding, Fix } from '../../policy/decision.ts';
import { applyPatch } from '../../policy/explain/patch.ts';
import { readJson } from '../../policy/json.ts';
import { Diff } from './policy-text.tsx';
import { Badge, Outside, Sign, type Tone } from './text.tsx';

export function Verdict({ allowed, children }: { readonly allowed: boolean; readonly children?: string }) {
  return (
    <p class={`verdict ${allowed ? 'allowed' : 'denied'}`}>
      <Sign mark={allowed ? 'yes' : 'no'} size={24} />
      <span>{children ?? (allowed ? 'Allowed' : 'Denied')}</span>
    </p>
  );
}

export function Why({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul class="why">
      {sentences.map(sentence => (
        <li key={sentence}>
          <Outside text={sentence} most={6000} />
        </li>
      ))}
    </ul>
  );
}

/** A policy with a fix applied, printed; undefined when the fix is for another text. */
export function fixed(text: string, fix: Pick<Fix, 'patch'>): string | undefined {
  const read = readJson(text);
  const changed = read.ok ? applyPatch(read.value, fix.patch) : undefined;
  return changed === undefined ? undefined : JSON.stringify(changed, null, 2);
}

export const printed = (text: string): string => {
  const read = readJson(text);
  return read.ok ? JSON.stringify(read.value, null, 2) : text;
};

interface FixesProps {
  readonly fixes: readonly Fix[];
  /** The policy the fixes are for. */
  readonly text: string;
  readonly action: string;
  readonly apply: (text: string) => void;
  readonly busy?: boolean;
}

/** Proposed edits as differences, each to be applied by one press. */
export function Fixes({ fixes, text, action, apply, busy = false }: FixesProps) {
  const before = printed(text);
  const shown = fixes.flatMap(fix => {
    const after = fixed(text, fix);
    return after === undefined || after === before ? [] : [{ fix, after }];
  });
  return (
    <>
      {shown.map(({ fix, after }, at) => (
        <div key={after} class="stack tight fix">
          <div class="fix-head">
            <div>
              <h3>{shown.length > 1 ? `Fix ${at + 1} of ${shown.length}` : 'A fix'}</h3>
              <p class="soft small">
                <Outside text={fix.sentence} most={400} />
              </p>
            </div>
            <button type="button" class="button first" disabled={busy} onClick={() => apply(after)}>
              {action}
            </button>
          </div>
          <Diff before={before} after={after} label="What the fix changes" />
        </div>
      ))}
    </>
  );
}

const tones: Readonly<Record<Finding['severity'], Tone>> = { error: 'bad', warning: 'warn', info: '' };

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ul class="findings">
      {findings.map(({ severity, path, message }) => (
        <li key={`${path} ${message}`}>
          <Badge tone={tones[severity]}>{severity}</Badge>
          <span>
            <Outside text={message} most={2000} /> {path !== '' && <code class="soft">{path.slice(0, 300)}</code>}
          </span>
        </li>
      ))}
    </ul>
  );
}
