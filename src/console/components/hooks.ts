/** Hooks: the route, API responses, and focus. */
import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call, errorMessage } from '../api/client.ts';
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
 * Moves the focus to the opened item when the list that it was opened from is hidden, as on a narrow screen;
 * otherwise the focus stays in the list.
 */
export function useFocusOnOpen(opened: string | undefined): RefObject<HTMLDivElement | null> {
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

interface ApiState<T> {
  readonly value: T | undefined;
  /** The error message; undefined after success. */
  readonly failure: string | undefined;
  readonly again: () => void;
}

/** GETs a path; undefined makes no request. The previous response stays while a reload is in progress. */
export function useApi<T>(path: string | undefined): ApiState<T> {
  const [state, setState] = useState<{ path?: string; value?: T; failure?: string }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    const end = new AbortController();
    // A new round requests the same path again.
    void round;
    call<T>('GET', path, undefined, end.signal).then(
      value => setState({ path, value }),
      (error: unknown) => end.signal.aborted || setState({ path, failure: errorMessage(error) }),
    );
    return () => end.abort();
  }, [path, round]);
  const again = useCallback(() => setRound(old => old + 1), []);
  const own = state.path === path ? state : {};
  return { value: own.value, failure: own.failure, again };
}
