/** The starters of `rolecall init`: the presets that have one, with their audience and iss filled in. */
import { awsAudience, fill, issOf, type Preset } from '../idp/presets/row.ts';
import { PRESETS } from '../idp/presets.ts';

const head = (
  title: string,
): string => `# yaml-language-server: $schema=./node_modules/rolecall/dist/rolecall.schema.json
# ${title}
# Check it:  rolecall config check --config rolecall.yaml
# Run it:    rolecall start --config rolecall.yaml --watch
`;

/** The texts by preset, in the order of the table. */
export function startersOf(presets: readonly Preset[]): ReadonlyMap<string, string> {
  const starters = new Map<string, string>();
  for (const preset of presets) {
    if (preset.starter === undefined) continue;
    const { parameters = {} } = preset;
    const iss = issOf(preset, parameters);
    const values = new Map<string, string | undefined>([
      ['iss', iss],
      ['provider', iss.replace(/^https?:\/\//, '')],
      ['audience', awsAudience(preset, iss, parameters)],
    ]);
    const { title, text } = preset.starter;
    const valueFor = (name: string): string => {
      const value = values.get(name);
      if (value === undefined) throw new TypeError(`the starter of ${preset.id} has no value for ${name}`);
      return value;
    };
    starters.set(preset.id, `${head(title)}\n${fill(text, valueFor)}`);
  }
  return starters;
}

export const STARTERS = startersOf(PRESETS);
