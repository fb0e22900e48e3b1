/** Shows the result of a decision, its explanation and fixes, and linter findings. */
import type { Decision, Finding, Fix } from '../../policy/decision.ts';
import { applyPatch } from '../../policy/explain/patch.ts';
import { readJson } from '../../policy/json.ts';
import { Diff } from './policy-text.tsx';
import { Badge, Icon, type Tone, UntrustedText } from './text.tsx';

export function Verdict({ allowed, children }: { readonly allowed: boolean; readonly children?: string }) {
  return (
    <p class={`verdict ${allowed ? 'allowed' : 'denied'}`}>
      <Icon mark={allowed ? 'yes' : 'no'} size={24} />
      <span>{children ?? (allowed ? 'Allowed' : 'Denied')}</span>
    </p>
  );
}

/** The error that AWS returns: status, code and message. */
export function AwsErrorText({ error }: { readonly error: NonNullable<Decision['error']> }) {
  return (
    <>
      {error.status} {error.code}: <UntrustedText text={error.message} />
    </>
  );
}

export function Explanation({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul class="explanation">
      {sentences.map(sentence => (
        <li key={sentence}>
          <UntrustedText text={sentence} maxLength={6000} />
        </li>
      ))}
    </ul>
  );
}

/** A policy with a fix applied, as formatted JSON; undefined when the fix does not apply to the text. */
export function applyFix(text: string, fix: Pick<Fix, 'patch'>): string | undefined {
  const read = readJson(text);
  const changed = read.ok ? applyPatch(read.value, fix.patch) : undefined;
  return changed === undefined ? undefined : JSON.stringify(changed, null, 2);
}

export const formatJson = (text: string): string => {
  const read = readJson(text);
  return read.ok ? JSON.stringify(read.value, null, 2) : text;
};

interface FixesProps {
  readonly fixes: readonly Fix[];
  /** The policy that the fixes change. */
  readonly text: string;
  readonly action: string;
  readonly apply: (text: string) => void;
  readonly busy?: boolean;
}

/** Proposed fixes as diffs, each with a button that applies it. */
export function Fixes({ fixes, text, action, apply, busy = false }: FixesProps) {
  const before = formatJson(text);
  const shown = fixes.flatMap(fix => {
    const after = applyFix(text, fix);
    return after === undefined || after === before ? [] : [{ fix, after }];
  });
  return (
    <>
      {shown.map(({ fix, after }, at) => (
        <div key={after} class="stack tight fix">
          <div class="fix-head">
            <div>
              <h3>{shown.length > 1 ? `Fix ${at + 1} of ${shown.length}` : 'Fix'}</h3>
              <p class="muted small">
                <UntrustedText text={fix.sentence} maxLength={400} />
              </p>
            </div>
            <button type="button" class="button primary" disabled={busy} onClick={() => apply(after)}>
              {action}
            </button>
          </div>
          <Diff before={before} after={after} label="Changes of the fix" />
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
            <UntrustedText text={message} maxLength={2000} />{' '}
            {path !== '' && <code class="muted">{path.slice(0, 300)}</code>}
          </span>
        </li>
      ))}
    </ul>
  );
}
