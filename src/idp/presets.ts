/** The table of presets: one row per kind of token. */
import { rowsByName } from '../kernel/table.ts';
import { AMAZON } from './presets/amazon.ts';
import { CI_SERVICES } from './presets/ci-services.ts';
import { CUSTOM } from './presets/custom.ts';
import { GITHUB } from './presets/github.ts';
import { GITLAB } from './presets/gitlab.ts';
import { GOOGLE } from './presets/google.ts';
import { IDENTITY } from './presets/identity.ts';
import { KUBERNETES } from './presets/kubernetes.ts';
import { MICROSOFT } from './presets/microsoft.ts';
import { OTHER_ISSUERS } from './presets/other-issuers.ts';
import { PLATFORMS } from './presets/platforms.ts';
import type { Preset } from './presets/row.ts';

/** In the order of the documentation; for presets with the same iss, the first defines the format of the key set. */
export const PRESETS: readonly Preset[] = [
  ...GITHUB,
  ...GITLAB,
  ...CI_SERVICES,
  ...PLATFORMS,
  ...KUBERNETES,
  ...GOOGLE,
  ...MICROSOFT,
  ...IDENTITY,
  ...AMAZON,
  ...OTHER_ISSUERS,
  CUSTOM,
];

/** The preset of a declaration that names none. */
export const DEFAULT_PRESET = CUSTOM;

/** Throws when two presets have one id. */
export const presetsById = (presets: readonly Preset[]): ReadonlyMap<string, Preset> =>
  rowsByName(
    presets.map(preset => [preset.id, preset]),
    'the table of presets',
  );
