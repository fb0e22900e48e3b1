/** `rolecall export`: prints the state of a running emulator as configuration. */
import { writeConfiguration } from './configuration-text.ts';
import { callControlApi } from './output.ts';

interface ExportOptions {
  readonly output?: string;
  readonly secrets?: boolean;
  readonly json?: boolean;
  readonly url: string;
}

export async function exportCommand({ output, secrets, json, url }: ExportOptions): Promise<void> {
  const state = await callControlApi(url, `/state${secrets === true ? '?secrets=true' : ''}`);
  writeConfiguration(state, output, json);
}
