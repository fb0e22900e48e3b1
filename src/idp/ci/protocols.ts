/** The table of CI request protocols. */
import { GITHUB_PROTOCOL } from './github.ts';
import type { CiProtocol } from './protocol.ts';

export const CI_PROTOCOLS: readonly CiProtocol[] = [GITHUB_PROTOCOL];
