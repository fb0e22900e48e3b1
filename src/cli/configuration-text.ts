/** Configuration as it is written to a file: YAML for people, JSON when it is asked for or large. */
import { writeFileSync } from 'node:fs';
import { Document, visit } from 'yaml';
import { boundYaml, YAML_LIMITS, YamlError } from '../config/yaml-bounds.ts';
import { CommandError, print } from './output.ts';

/** Characters of JSON from which on YAML would take seconds to read; JSON is YAML too. */
const LARGE = 1024 * 1024;

/** The text for a file of this name; `undefined` stands for standard output. */
export function configurationText(configuration: unknown, file: string | undefined): string {
  const json = JSON.stringify(configuration, null, 1);
  if (json.length > LARGE || file?.endsWith('.json') === true) return `${json}\n`;
  const document = new Document(configuration, { aliasDuplicateObjects: false });
  // Account numbers are keys that look like numbers; readers other than ours would take them for such.
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

/** Whether a start reads that much as YAML. */
function isReadable(text: string): boolean {
  try {
    boundYaml(text, YAML_LIMITS);
    return true;
  } catch (error) {
    if (error instanceof YamlError) return false;
    throw error;
  }
}

/** Writes to the file, or to standard output; in the form of the file's name unless JSON is asked for. */
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
