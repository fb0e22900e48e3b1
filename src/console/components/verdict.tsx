/** Shows the result of a decision, its explanation, and linter findings. */
import type { Decision, Finding } from '../../policy/decision.ts';
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
