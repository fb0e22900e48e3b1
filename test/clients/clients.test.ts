/** Prints the clients that this run uses, and fails if a required one is missing. */
import { describe, expect, it } from 'vitest';
import { clientVersions } from './available.ts';

const versions = await clientVersions();

console.log(
  [
    'Clients of this run:',
    ...Object.entries(versions).map(([name, version]) => `  ${name}: ${version ?? 'absent'}`),
  ].join('\n'),
);

describe('clients', () => {
  it.each(['aws-sdk-js', 'boto3', 'aws-cli', 'chromium'])(
    '%s is installed (otherwise run scripts/install-clients.sh)',
    name => {
      expect(versions[name]).toBeDefined();
    },
  );
});
