/** What is wrong with a configuration: every fault at once, each with its place. */
import { type Problem, shownProblem } from './problems.ts';

/** A fault of the configuration; `line` counts from 1 and is absent for faults outside a file. */
export interface ConfigErrorEntry extends Problem {
  readonly source: string;
  readonly line?: number;
}

/** Thrown with every fault at once; the message is one line each, fit for a terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigErrorEntry[];

  constructor(faults: readonly ConfigErrorEntry[], options?: { cause?: unknown }) {
    const shown = faults.map(shownProblem);
    super(shown.map(sentence).join('\n'), options);
    this.faults = shown;
  }
}

const sentence = ({ source, line, path, message }: ConfigErrorEntry): string =>
  `${source}${line === undefined ? '' : `:${line}`}: ${path === '' ? '' : `${path.slice(1).replaceAll('/', '.')}: `}${message}`;
