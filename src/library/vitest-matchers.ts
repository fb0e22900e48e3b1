/** For `setupFiles` of Vitest: adds the matchers to `expect`, and their types to Vitest. */
import { expect } from 'vitest';
import { matchers, type TrustMatchers } from './matchers.ts';

declare module 'vitest' {
  interface Matchers<T> extends TrustMatchers<T extends string | object ? Promise<void> : never> {}
}

expect.extend(matchers);
