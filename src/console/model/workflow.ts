/** Reads the settings of a CI workflow that the lessons need, line by line. It is not a YAML parser. */

interface Entry {
  readonly depth: number;
  readonly name: string;
  readonly value: string;
}

/** `name: value` of every line, without comments and list dashes. */
function entries(text: string): readonly Entry[] {
  return text.split('\n').flatMap(line => {
    const bare = line.replace(/(^|\s)#.*$/, '');
    const match = /^([ -]*)([\w.-]+):(?:\s+(.*))?$/.exec(bare.trimEnd());
    if (match === null) return [];
    const [, indent = '', name = '', value = ''] = match;
    return [{ depth: indent.length, name, value: value.trim().replace(/^(['"])(.*)\1$/, '$2') }];
  });
}

/** The first value of a name, at any depth. */
export const settingOf = (text: string, name: string): string | undefined =>
  entries(text).find(entry => entry.name === name && entry.value !== '')?.value;

/** Whether the job may request an OIDC token: `id-token: write` under `permissions`, or `permissions: write-all`. */
export function mayRequestToken(text: string): boolean {
  const all = entries(text);
  return all.some(
    (entry, at) =>
      entry.name === 'permissions' &&
      (entry.value === 'write-all' ||
        /^\{.*\bid-token:\s*write\b.*\}$/.test(entry.value) ||
        below(all, at).some(inner => inner.name === 'id-token' && inner.value === 'write')),
  );
}

function below(all: readonly Entry[], at: number): readonly Entry[] {
  const depth = all[at]?.depth ?? 0;
  const end = all.findIndex((entry, index) => index > at && entry.depth <= depth);
  return all.slice(at + 1, end === -1 ? undefined : end);
}
