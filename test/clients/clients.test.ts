/** Says which clients this run drives, and fails when one is missing that every run must have. */
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
  it.each(['aws-sdk-js', 'boto3', 'aws-cli', 'chromium'])('%s is here (else run scripts/install-clients.sh)', name => {
    expect(versions[name]).toBeDefined();
  });
});
