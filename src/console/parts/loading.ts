/** Hooks: the route, and an answer of the API with its failure. */
import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, sentenceOf } from '../api/calls.ts';
import { type Route, readRoute } from '../model/route.ts';

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(readRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

/**
 * Moves the focus to what was opened when the list it was opened from is no longer shown, as on a narrow screen;
 * elsewhere the focus stays in the list.
 */
export function useFocusWhenAlone(opened: string | undefined): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(opened);
  useEffect(() => {
    if (opened === before.current) return;
    before.current = opened;
    const focused = document.activeElement;
    const isShown = focused !== null && focused !== document.body && focused.getClientRects().length > 0;
    if (opened === undefined || isShown) return;
    place.current?.focus();
    scrollTo(0, 0);
  }, [opened]);
  return place;
}

export interface Loaded<T> {
  readonly value: T | undefined;
  /** One sentence; undefined while all is well. */
  readonly failure: string | undefined;
  readonly again: () => void;
}

/** GETs a path; undefined asks for nothing. An older answer stays while a newer one is on its way. */
export function useAnswer<T>(path: string | undefined): Loaded<T> {
  const [state, setState] = useState<{ path?: string; value?: T; failure?: string }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    const end = new AbortController();
    // A new round asks again for the same path.
    void round;
    call<T>('GET', path, undefined, end.signal).then(
      value => setState({ path, value }),
      (error: unknown) => end.signal.aborted || setState({ path, failure: sentenceOf(error) }),
    );
    return () => end.abort();
  }, [path, round]);
  const again = useCallback(() => setRound(old => old + 1), []);
  const own = state.path === path ? state : {};
  return { value: own.value, failure: own.failure, again };
}
