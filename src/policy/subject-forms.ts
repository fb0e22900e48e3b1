/**
 * Forms of subjects: templates with named parts, compared with concrete subjects and with the patterns of policies.
 * issuer-subjects.ts has the table.
 */

/**
 * What a part of a subject is for. `owner`: whom the issuer serves (an organization, a namespace); `resource`: what belongs to the
 * owner (a repository, a service account); `choice`: what the job chooses (branch, environment); `run`: different in each run.
 */
export type PartRole = 'owner' | 'resource' | 'choice' | 'run';

export interface SubjectPart {
  readonly role: PartRole;
  /** What it is, in words: "branch". */
  readonly words: string;
  /** Whether the part can contain the character. */
  readonly allows: (character: string) => boolean;
  /** Whether two values that differ only in letter case cannot both exist. */
  readonly ignoresCase: boolean;
  /** Values that the part never has although it can contain their characters. */
  readonly never?: ((value: string) => boolean) | undefined;
  /** Templates of all values, when they are few or begin alike: `plan`, `refs/heads/{branch}`. */
  readonly variants?: readonly string[] | undefined;
}

export type Parts = Readonly<Record<string, SubjectPart>>;

export interface SubjectForm {
  /** The kind of the job, stable: `branch`, `pull-request`. */
  readonly kind: string;
  /** Literal text with the parts in braces. */
  readonly template: string;
  /** The callers with such a subject, in words: "any pull request of {owner}/{repository}". */
  readonly says: string;
  /** How a job gets such a subject, as an imperative. */
  readonly how: string;
  /** Condition keys (claims) that go with the form; null: the claim is absent. */
  readonly claims: Readonly<Record<string, string | null>>;
}

/** A subject or a pattern, with the values of its parts. */
export interface ParsedSubject {
  readonly form: SubjectForm;
  readonly values: Readonly<Record<string, string>>;
}

/** Longer texts are not compared with the forms. */
export const MAX_SUBJECT = 512;

type Token = { readonly text: string } | { readonly part: string };

const tokensOf = (template: string): readonly Token[] =>
  template
    .split(/(\{\w+\})/)
    .filter(piece => piece !== '')
    .map(piece => (/^\{\w+\}$/.test(piece) ? { part: piece.slice(1, -1) } : { text: piece }));

export const partsOf = (template: string): readonly string[] =>
  tokensOf(template).flatMap(token => ('part' in token ? [token.part] : []));

/** The template with values; a part without a value stays as it is. */
export const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (written, name: string) => values[name] ?? written);

/**
 * The values of the parts when the text has the form; undefined when it has not. Wildcards are read like letters, so that a pattern
 * with a wildcard in a part has the form as well. Of several readings, the one with the longest first parts.
 */
export function readForm(text: string, form: SubjectForm, parts: Parts): ParsedSubject | undefined {
  const values = readTemplate(text, form.template, parts);
  return values && { form, values };
}

/** The values of the parts of a template, as in `readForm`. */
export function readTemplate(text: string, template: string, parts: Parts): ParsedSubject['values'] | undefined {
  if (text.length > MAX_SUBJECT) return undefined;
  const tokens = tokensOf(template);
  const failed = new Set<number>();
  const values: Record<string, string> = {};
  const read = (token: number, at: number): boolean => {
    const wanted = tokens[token];
    if (wanted === undefined) return at === text.length;
    const state = token * (MAX_SUBJECT + 1) + at;
    if (failed.has(state)) return false;
    if ('text' in wanted) {
      if (text.startsWith(wanted.text, at) && read(token + 1, at + wanted.text.length)) return true;
    } else {
      let end = at;
      while (end < text.length && isPossible(text[end] ?? '', parts[wanted.part])) end += 1;
      for (; end > at; end -= 1) {
        if (!read(token + 1, end)) continue;
        values[wanted.part] = text.slice(at, end);
        return true;
      }
    }
    failed.add(state);
    return false;
  };
  return read(0, 0) ? values : undefined;
}

const isPossible = (character: string, part: SubjectPart | undefined): boolean =>
  character === '*' || character === '?' || part?.allows(character) === true;

/** A subject of the form that matches the pattern, as an example; undefined when there is none. */
export function findSubject(pattern: string, wildcards: boolean, template: string, parts: Parts): string | undefined {
  // Each step is one character of the subject: a literal one, or one of a part, which may repeat.
  const steps = tokensOf(template).flatMap<{ text: string } | { part: SubjectPart | undefined }>(token =>
    'part' in token ? [{ part: parts[token.part] }] : [...token.text].map(text => ({ text })),
  );
  const failed = new Set<number>();
  const width = 2 * (steps.length + 1);
  const find = (at: number, step: number, begun: boolean): string | undefined => {
    const state = at * width + 2 * step + Number(begun);
    if (failed.has(state)) return undefined;
    failed.add(state);
    const wanted = steps[step];
    const later = begun ? find(at, step + 1, false) : undefined;
    if (later !== undefined) return later;
    const letter = pattern[at];
    if (letter === undefined) return wanted === undefined ? '' : undefined;
    const next = (from: number, character: string | undefined): string | undefined => {
      if (wanted === undefined || character === undefined) return undefined;
      const rest = 'part' in wanted ? find(from, step, true) : find(from, step + 1, false);
      return rest === undefined ? undefined : character + rest;
    };
    const sample =
      wanted === undefined || 'text' in wanted ? wanted?.text : [...'x1'].find(one => wanted.part?.allows(one));
    if (wildcards && letter === '*') return find(at + 1, step, begun) ?? next(at, sample);
    if (wildcards && letter === '?') return next(at + 1, sample);
    const fits = wanted !== undefined && ('part' in wanted ? wanted.part?.allows(letter) : wanted.text === letter);
    return fits === true ? next(at + 1, letter) : undefined;
  };
  return find(0, 0, false);
}
