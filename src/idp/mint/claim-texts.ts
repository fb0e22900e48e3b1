/** Converts claims that are given as text, in a query or on a command line, to the types of the preset. */
import { JsonError, type JsonLimits, pointer, readJson } from '../../kernel/json.ts';
import { recordOf, table } from '../../kernel/table.ts';
import { IdpProblem } from '../idp-problem.ts';
import type { ClaimType, Preset } from '../presets/row.ts';
import type { JsonValue } from '../types.ts';
import { typeOfText } from './claims.ts';

/** Converts a text to a claim type; returns the text unchanged if that is not possible. */
const FROM_TEXT: Readonly<Record<ClaimType, (text: string) => JsonValue>> = table({
  string: text => text,
  number: text => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text),
  boolean: text => (text === 'true' ? true : text === 'false' ? false : text),
  strings: text => (text.startsWith('[') ? parsed(text) : text.split(',')),
  object: parsed,
  objects: parsed,
  'string or null': text => (text === 'null' ? null : text),
  any: text => (/^(?:[[{]|true$|false$)/.test(text) ? parsed(text) : text),
});

/** Limits of JSON in a query or on a command line. */
const LIMITS: JsonLimits = { size: 200_000, depth: 100, values: 10_000 };

function parsed(text: string): JsonValue {
  try {
    return readJson(text, LIMITS) as JsonValue;
  } catch (error) {
    // Not JSON: the type check that follows reports it with the claim's name.
    if (error instanceof JsonError && error.code === 'not-json') return text;
    throw error;
  }
}

function fromText(preset: Preset, name: string, text: string): JsonValue {
  try {
    return FROM_TEXT[typeOfText(preset, name)](text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new IdpProblem('too-large', pointer('claims', name), `the text of \`${name}\` ${error.message}`);
  }
}

/** Converts the texts of a query to claims of the preset's types; throws IdpProblem for JSON beyond the limits. */
export function claimsFromTexts(
  preset: Preset,
  texts: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(texts).map(([name, value]): [string, unknown] => {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return [name, typeof last === 'string' ? fromText(preset, name, last) : last];
  });
  return recordOf(entries);
}
