/** `rolecall init`: writes a commented starter configuration. */
import { writeFileSync } from 'node:fs';
import { CommandError, print } from './output.ts';
import { STARTERS } from './starters.ts';

interface InitOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** Writes a new file and never overwrites an existing one; `-` prints to standard output. */
export function initCommand(starter: string, { out, json }: InitOptions): void {
  const text = STARTERS.get(starter);
  if (text === undefined) throw new CommandError(`there is no starter ${starter}`, 2);
  if (out === '-') {
    process.stdout.write(json === true ? `${JSON.stringify({ starter, text })}\n` : text);
    return;
  }
  try {
    writeFileSync(out, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason = code === 'EEXIST' ? 'the file already exists; choose another name with --out' : String(error);
    throw new CommandError(`cannot write ${out}: ${reason}`, 2, { cause: error });
  }
  if (json === true) print(JSON.stringify({ starter, file: out }));
  else print(`wrote ${out}; start with: rolecall start --config ${out} --watch`);
}
