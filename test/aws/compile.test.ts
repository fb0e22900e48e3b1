/** An operation is compiled when it is first called, so an error in its schemas would otherwise appear only then. */
import { expect, it } from 'vitest';
import { createHarness } from '../iam/harness.ts';

const services = [...createHarness().pipeline.routes.byName.values()];
const operations = services.flatMap(service =>
  [...service.operationsByName.values()].map(operation => [`${service.name}:${operation.name}`, operation] as const),
);

it.each(operations)('%s compiles, once', (_name, operation) => {
  expect(operation.codec()).toBe(operation.codec());
});
