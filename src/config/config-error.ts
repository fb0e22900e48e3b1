/** Configuration errors: all of them together, each with its location. */
import { type Problem, redactProblem } from './validate.ts';

/** One configuration error. `source` is the file, variable or argument; `line` counts from 1 and is absent outside a file. */
export interface ConfigErrorEntry extends Problem {
  readonly source: string;
  readonly line?: number;
}

/** Thrown with all configuration errors; the message has one line for each (`SOURCE:LINE: PATH: MESSAGE`). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigErrorEntry[];

  constructor(faults: readonly ConfigErrorEntry[], options?: { cause?: unknown }) {
    const shown = faults.map(redactProblem);
    super(shown.map(sentence).join('\n'), options);
    this.faults = shown;
  }
}

const sentence = ({ source, line, path, message }: ConfigErrorEntry): string =>
  `${source}${line === undefined ? '' : `:${line}`}: ${path === '' ? '' : `${path.slice(1).replaceAll('/', '.')}: `}${message}`;
