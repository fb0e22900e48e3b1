/** The table of presets: one row per kind of token that is presented to AWS. */
import { CUSTOM } from './presets/custom.ts';
import { GITHUB } from './presets/github.ts';
import { GITLAB } from './presets/gitlab.ts';
import { KUBERNETES } from './presets/kubernetes.ts';
import type { Preset } from './presets/row.ts';

/** In the order of the documentation. */
export const PRESETS: readonly Preset[] = [...GITHUB, ...GITLAB, ...KUBERNETES, CUSTOM];

export const PRESET_BY_ID: ReadonlyMap<string, Preset> = new Map(PRESETS.map(preset => [preset.id, preset]));
