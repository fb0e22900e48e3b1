/** Where the reader is: the views, and the address fragment that names one (`#/decisions/ID`). */

export const views = [
  { id: 'decisions', title: 'Decisions' },
  { id: 'playground', title: 'Playground' },
  { id: 'lessons', title: 'Lessons' },
  { id: 'accounts', title: 'Accounts' },
  { id: 'issuers', title: 'Issuers' },
  { id: 'clock', title: 'Clock' },
  { id: 'faults', title: 'Faults' },
] as const;

export type ViewId = (typeof views)[number]['id'];

export interface Route {
  readonly view: ViewId;
  /** What follows the view, decoded: a decision's id, a lesson's id, a shared playground. */
  readonly rest: string | undefined;
}

/** Reads a fragment; an unknown one is the list of decisions. */
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
    // A stray per cent sign: the text as it is names nothing, and the view says so.
    return text;
  }
}

export const addressOf = (view: ViewId, rest?: string): string =>
  rest === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(rest)}`;
