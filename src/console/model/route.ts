/** The views, and the URL fragment that selects one (`#/decisions/ID`). */

export const views = [
  { id: 'decisions', title: 'Decisions' },
  { id: 'playground', title: 'Playground' },
  { id: 'lessons', title: 'Lessons' },
  { id: 'accounts', title: 'Accounts' },
  { id: 'issuers', title: 'Issuers' },
  { id: 'clock', title: 'Clock' },
  { id: 'faults', title: 'Injected faults' },
] as const;

export type ViewId = (typeof views)[number]['id'];

export interface Route {
  readonly view: ViewId;
  /** The decoded part after the view: a decision ID, a lesson ID or a shared playground. */
  readonly rest: string | undefined;
}

/** Parses a fragment; an unknown one selects the list of decisions. */
export function readRoute(fragment: string): Route {
  const [view = '', ...rest] = fragment.replace(/^#?\/?/, '').split('/');
  const known = views.find(one => one.id === view);
  if (known === undefined) return { view: 'decisions', rest: undefined };
  return { view: known.id, rest: rest.length === 0 || rest[0] === '' ? undefined : decoded(rest.join('/')) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Invalid percent encoding: the raw text matches nothing, and the view shows that.
    return text;
  }
}

export const addressOf = (view: ViewId, rest?: string): string =>
  rest === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(rest)}`;
