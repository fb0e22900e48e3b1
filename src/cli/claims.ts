/** Values of `--claim` and `--header`: converts text to the JSON types that the issuer's preset expects. */

import { IdpProblem } from '../idp/idp-problem.ts';
import { claimsFromTexts } from '../idp/mint/claim-texts.ts';
import type { Preset } from '../idp/presets/row.ts';
import { DEFAULT_PRESET, PRESETS } from '../idp/presets.ts';
import type { IssuerView } from '../idp/types.ts';
import { CommandError, callControlApi } from './output.ts';

type Texts = Readonly<Record<string, unknown>>;

/** Converts claims for an issuer of a running emulator; a claim whose type the preset does not define stays text. */
export async function parseClaimOptions(url: string, issuer: string, texts: Texts): Promise<Texts> {
  if (Object.keys(texts).length === 0) return texts;
  const { preset } = (await callControlApi(url, `/issuers/${encodeURIComponent(issuer)}`)) as IssuerView;
  const row = PRESETS.find(({ id }) => id === preset);
  return row === undefined ? texts : fromTexts(row, texts);
}

/** Header parameters (RFC 7515, section 4): text, except true, false, arrays and objects. */
export const parseHeaderOptions = (texts: Texts): Texts => fromTexts(DEFAULT_PRESET, texts);

function fromTexts(preset: Preset, texts: Texts): Texts {
  try {
    return claimsFromTexts(preset, texts);
  } catch (error) {
    if (error instanceof IdpProblem) throw new CommandError(error.message, 2, { cause: error });
    throw error;
  }
}
