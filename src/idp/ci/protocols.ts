/** The table of CI request protocols. */
import { AZURE_DEVOPS_PROTOCOL } from './azure-devops.ts';
import { BUILDKITE_PROTOCOL } from './buildkite.ts';
import { FLY_PROTOCOL } from './fly.ts';
import { GITHUB_PROTOCOL } from './github-actions.ts';
import { GOOGLE_PROTOCOLS } from './google-metadata.ts';
import type { CiProtocol } from './protocol.ts';
import { KUBERNETES_PROTOCOL } from './token-request.ts';

export const CI_PROTOCOLS: readonly CiProtocol[] = [
  GITHUB_PROTOCOL,
  AZURE_DEVOPS_PROTOCOL,
  BUILDKITE_PROTOCOL,
  FLY_PROTOCOL,
  KUBERNETES_PROTOCOL,
  ...GOOGLE_PROTOCOLS,
];
