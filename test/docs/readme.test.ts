/** Compares the counts in the README with the registries. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { iamService } from '../../src/iam/service.ts';
import { PRESETS } from '../../src/idp/presets.ts';
import { stsService } from '../../src/sts/service.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

it('the README states the current number of operations and presets', () => {
  const iam = iamService.operations.length;
  expect(readme).toContain(
    `STS: all ${stsService.operations.length}. IAM: ${iam} of ${iam + (iamService.notEmulated?.length ?? 0)};`,
  );
  expect(readme).toContain(`| issuers | ${PRESETS.length} presets:`);
});
