/** Debian's Chromium without a head, and the console in it: a page that fails the test when it logs an error. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(path => existsSync(path));

/** The screenshots of a run; the folder is no part of the repository. */
const SCREENSHOTS = join(import.meta.dirname, '../../ci-screenshots');

/** No sandbox: containers and CI machines run as root. The others keep Chromium from calling home. */
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
  /** What the page logged as an error, content security policy among it. */
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
    /** A page of a fresh profile. */
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

/** The whole page, from its top. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
