/** `rolecall init`: a commented configuration to start from. */
import { writeFileSync } from 'node:fs';
import { CommandError, print } from './output.ts';
import { STARTERS, type Starter } from './starters.ts';

interface InitOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** Writes a new file, never over an old one; `-` prints it. */
export function initCommand(starter: Starter, { out, json }: InitOptions): void {
  const text = STARTERS[starter];
  if (out === '-') {
    process.stdout.write(json === true ? `${JSON.stringify({ starter, text })}\n` : text);
    return;
  }
  try {
    writeFileSync(out, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = code === 'EEXIST' ? 'it is there already; choose another name with --out' : String(error);
    throw new CommandError(`cannot write ${out}: ${why}`, 2, { cause: error });
  }
  if (json === true) print(JSON.stringify({ starter, file: out }));
  else print(`wrote ${out}; start with: rolecall start --config ${out} --watch`);
}
