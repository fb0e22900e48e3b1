/** Debian's headless Chromium for tests of the console; records the errors that a page logs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(path => existsSync(path));

/** The folder for screenshots of a run; it is not part of the repository. */
const SCREENSHOTS = join(import.meta.dirname, '../../ci-screenshots');

/** No sandbox, because containers and CI machines run as root. The other switches disable Chromium's own network requests. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Opened {
  readonly page: Page;
  /** Errors that the page logged, including content security policy violations. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** One browser for the file. */
export function useChromium() {
  let browser: Browser | undefined;
  beforeAll(async () => {
    expect(found, 'Chromium is not installed: run scripts/install-clients.sh').toBeDefined();
    browser = await chromium.launch({ ...(found === undefined ? {} : { executablePath: found }), args: SWITCHES });
  });
  afterAll(async () => browser?.close());
  return {
    /** Opens a page in a new profile. */
    async open(address: string, options: BrowserContextOptions = {}): Promise<Opened> {
      if (browser === undefined) throw new Error('Chromium has not started');
      const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', message => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', error => errors.push(error.message));
      page.on('dialog', dialog => errors.push(`a dialog: ${dialog.message()}`));
      await page.goto(address);
      return { page, errors, close: () => context.close() };
    },
  };
}

/** Takes a screenshot of the whole page. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
