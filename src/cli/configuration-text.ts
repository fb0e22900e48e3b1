/** Serializes configuration to a file: YAML by default, JSON on request or for large configurations. */
import { writeFileSync } from 'node:fs';
import { Document, visit } from 'yaml';
import { checkYamlLimits, YAML_LIMITS, YamlError } from '../config/yaml-limits.ts';
import { CommandError, print } from './output.ts';

/** Above this many characters of JSON, reading YAML takes seconds; JSON is valid YAML 1.2. */
const LARGE = 1024 * 1024;

/** The text for a file of this name; `undefined` means standard output. */
export function configurationText(configuration: unknown, file: string | undefined): string {
  const json = JSON.stringify(configuration, null, 1);
  if (json.length > LARGE || file?.endsWith('.json') === true) return `${json}\n`;
  const document = new Document(configuration, { aliasDuplicateObjects: false });
  // Account numbers are keys that look like numbers; other YAML readers would parse them as numbers.
  visit(document, {
    Pair(_, pair) {
      const { key } = pair;
      if (
        typeof key === 'object' &&
        key !== null &&
        'value' in key &&
        /^\d+$/.test(String(key.value)) &&
        'type' in key
      ) {
        key.type = 'QUOTE_DOUBLE';
      }
    },
  });
  const text = document.toString({ lineWidth: 0 });
  return isReadable(text) ? text : `${json}\n`;
}

/** Whether the text is within the limits of the YAML reader. */
function isReadable(text: string): boolean {
  try {
    checkYamlLimits(text, YAML_LIMITS);
    return true;
  } catch (error) {
    if (error instanceof YamlError) return false;
    throw error;
  }
}

/** Writes to the file, or to standard output; the file extension determines the format unless `json` is set. */
export function writeConfiguration(configuration: unknown, file: string | undefined, json = false): void {
  const text = configurationText(configuration, json ? 'rolecall.json' : file);
  if (file === undefined || file === '-') print(text.trimEnd());
  else {
    try {
      writeFileSync(file, text, { mode: 0o600 });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(`cannot write ${file}: ${why}`, 2, { cause: error });
    }
  }
}
