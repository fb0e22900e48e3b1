/** The linter as a hook. */
import { useEffect, useState } from 'preact/hooks';
import type { Finding, PolicyKind } from '../../policy/decision.ts';
import { lintPolicy } from '../api/lint.ts';

/** Milliseconds without a change before the text is linted, so that typing makes no call per key. */
const DELAY = 150;

/** Findings about the text, of the last text until those of the new one are known; undefined before the first ones. */
export function useFindings(text: string, kind: PolicyKind): readonly Finding[] | undefined {
  const [findings, setFindings] = useState<readonly Finding[]>();
  useEffect(() => {
    const ended = new AbortController();
    const timer = setTimeout(() => {
      lintPolicy(text, kind, ended.signal).then(
        found => {
          if (!ended.signal.aborted) setFindings(found);
        },
        // The server has gone: the page says so elsewhere.
        () => undefined,
      );
    }, DELAY);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [text, kind]);
  return findings;
}
