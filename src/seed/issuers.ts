/** Issuers of a configuration that the register refuses: faults of the configuration, as all others are. */
import { ConfigError } from '../config/load.ts';
import { IdpProblem } from '../idp/problem.ts';

/** What `make` makes; an issuer that it refuses is a ConfigError with the issuer's place. */
export function declaring<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof IdpProblem)) throw error;
    const { path, message, suggestion } = error;
    const hint = suggestion === undefined ? {} : { suggestion };
    const sentence = suggestion === undefined ? message : `${message}; did you mean ${JSON.stringify(suggestion)}?`;
    throw new ConfigError([{ source: 'configuration', path, message: sentence, ...hint }], { cause: error });
  }
}
