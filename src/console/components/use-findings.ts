/** The linter as a hook: its rules and the table of services are loaded when a view first needs them. */
import { useLayoutEffect, useState } from 'preact/hooks';
import type { Finding, PolicyKind } from '../../policy/decision.ts';
import { lint } from '../../policy/index.ts';

interface Result {
  readonly text: string;
  readonly kind: PolicyKind;
  readonly findings: readonly Finding[];
}

/** Findings about the text; undefined until they are known. */
export function useFindings(text: string, kind: PolicyKind): readonly Finding[] | undefined {
  const [result, setResult] = useState<Result>();
  // Before the page is painted, so that findings do not flicker while a policy is edited.
  useLayoutEffect(() => {
    let gone = false;
    lint(text, kind).then(
      findings => {
        if (!gone) setResult({ text, kind, findings });
      },
      // The server has gone: the page says so elsewhere.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [text, kind]);
  return result?.text === text && result.kind === kind ? result.findings : undefined;
}
