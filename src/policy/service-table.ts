/**
 * The actions and condition keys of every AWS service, decoded when a service is first asked for. A line of the table is
 * `prefix|actions|keys`. Actions are grouped by noun: letters of verbs (`-` = the noun is the whole name), the number of first letters
 * that the noun shares with the noun before (base 36), its other letters. A `*` in a key stands for a name (`ResourceTag/*`).
 */

export interface Service {
  /** As in actions: `s3`. */
  readonly prefix: string;
  /** Names of the actions, as AWS writes them. Empty for a prefix that only keys have. */
  readonly actions: readonly string[];
  readonly lowerActions: ReadonlySet<string>;
  /** Condition keys without the prefix. */
  readonly keys: readonly string[];
}

export interface ServiceTable {
  /** Date of the data: later services and actions are unknown. */
  readonly date: string;
  /** Prefixes that actions can have. */
  readonly prefixes: readonly string[];
  /** A service by its prefix, in any letter case. */
  readonly service: (prefix: string) => Service | undefined;
}

/** Builds the table from the lines; a service is decoded when it is first asked for. */
export function readServiceTable(date: string, lines: string): ServiceTable {
  const [verbs = '', ...rows] = lines.split('\n');
  const words = verbs.split(' ');
  const written = new Map(rows.map(row => [row.slice(0, row.indexOf('|')), row] as const));
  const services = new Map<string, Service>();
  return {
    date,
    prefixes: rows.filter(row => !row.includes('||')).map(row => row.slice(0, row.indexOf('|'))),
    service(name) {
      const prefix = name.toLowerCase();
      const known = services.get(prefix);
      const row = written.get(prefix);
      if (known !== undefined || row === undefined) return known;
      const [, actions = '', keys = ''] = row.split('|');
      const names = decodeActions(actions, words);
      const lowerActions = new Set(names.map(action => action.toLowerCase()));
      const service = { prefix, actions: names, lowerActions, keys: keys === '' ? [] : keys.split(' ') };
      services.set(prefix, service);
      return service;
    },
  };
}

/** Groups such as `ab3Bucket`: verbs, shared letters, other letters. */
function decodeActions(text: string, verbs: readonly string[]): readonly string[] {
  let noun = '';
  return [...text.matchAll(/([a-z-]+)([0-9A-Z])(\S*)/g)].flatMap(([, letters = '', shared = '', rest = '']) => {
    noun = noun.slice(0, Number.parseInt(shared, 36)) + rest;
    return [...letters].map(letter => (letter === '-' ? noun : (verbs[letter.charCodeAt(0) - 97] ?? '') + noun));
  });
}
