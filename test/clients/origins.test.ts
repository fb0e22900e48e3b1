/** A browser on pages of other origins: which requests to an emulator on the same machine fail, and which work. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sha256 } from '@aws-crypto/sha256-js';
import { GetUserCommand } from '@aws-sdk/client-iam';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rolecall, startRolecall } from '../../src/index.ts';
import { refusal, useEmulator } from '../support/emulator.ts';
import { screenshot, useChromium } from './chromium.ts';

const bed = await useEmulator();
const { open } = useChromium();

/** A page of another site, on its own port and host name. */
let site: Server;
let foreign: string;
beforeAll(async () => {
  site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>another site</title><h1>Another site</h1>');
  });
  await new Promise<void>(done => site.listen(0, 'localhost', done));
  foreign = `http://localhost:${(site.address() as AddressInfo).port}`;
});
afterAll(() => new Promise(done => site.close(done)));

const signer = new SignatureV4({
  service: 'iam',
  region: 'us-east-1',
  sha256: Sha256,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

async function presigned({ url }: Rolecall, query: Record<string, string>): Promise<string> {
  const { host } = new URL(url);
  const request = { method: 'GET', protocol: 'http:', hostname: host, path: '/', query, headers: { host } };
  const signed = await signer.presign(request, { expiresIn: 900 });
  return `${url}/?${new URLSearchParams(signed.query as Record<string, string>).toString().replaceAll('+', '%20')}`;
}

const intruder = (UserName: string) =>
  presigned(bed.rolecall, { Action: 'CreateUser', Version: '2010-05-08', UserName });
const AUTHORIZE = { response_type: 'code', client_id: 'app', scope: 'openid', state: 'st' };
const authorize = (more: Record<string, string>) =>
  `${bed.rolecall.url}/idp/auth0/authorize?${new URLSearchParams({ ...AUTHORIZE, ...more })}`;

/** Navigates as a link on the page does. */
const follow = (page: Page, address: string) => page.evaluate(`location.href = ${JSON.stringify(address)}`);

describe('a page of another origin', () => {
  it('cannot create a user with an image, a script or a link signed with the well-known keys', async () => {
    const { page, close } = await open(foreign);
    try {
      const image = JSON.stringify(await intruder('by-image'));
      await page.evaluate(
        `new Promise(done => { const image = new Image(); image.onload = image.onerror = done; image.src = ${image}; }).then(() => 0)`,
      );
      await page.evaluate(`fetch(${JSON.stringify(await intruder('by-script'))}, { mode: 'no-cors' }).then(() => 0)`);
      const read = await page.evaluate(
        `fetch(${JSON.stringify(await intruder('by-reading'))}).then(answer => answer.text()).catch(() => 'not readable')`,
      );
      expect(read).toBe('not readable');
      const answer = page.waitForResponse(response => response.url().startsWith(bed.rolecall.url));
      await follow(page, await intruder('by-link'));
      expect((await answer).status()).toBe(403);
    } finally {
      await close();
    }
    for (const UserName of ['by-image', 'by-script', 'by-reading', 'by-link']) {
      expect(await refusal(bed.iam().send(new GetUserCommand({ UserName })))).toMatchObject({
        code: 'NoSuchEntityException',
      });
    }
  });

  it('can call STS without a signature, and read the reply', async () => {
    const { page, close } = await open(foreign);
    try {
      const call = {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15',
      };
      const text = await page.evaluate(
        `fetch(${JSON.stringify(bed.rolecall.url)}, ${JSON.stringify(call)}).then(answer => answer.text())`,
      );
      expect(text).toContain('<Code>ValidationError</Code>');
    } finally {
      await close();
    }
  });

  it('cannot log in a user with a form or with prompt=none', async () => {
    const { page, close } = await open(foreign);
    const back = `${foreign}/callback`;
    try {
      const action = JSON.stringify(`${bed.rolecall.url}/idp/auth0/authorize`);
      const fields = { response_type: 'code', client_id: 'app', redirect_uri: back, login: 'admin' };
      await page.evaluate(
        `{ const form = document.createElement('form'); form.method = 'post'; form.action = ${action};
          for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
            const input = document.createElement('input'); input.name = name; input.value = value; form.append(input);
          }
          document.body.append(form); form.submit(); }`,
      );
      await page.waitForURL(url => url.href.startsWith(back));
      expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
      await follow(page, authorize({ redirect_uri: back, prompt: 'none', login_hint: 'admin' }));
      await page.waitForURL(url => url.href.startsWith(back) && url.searchParams.get('error') === 'login_required');
      expect(new URL(page.url()).searchParams.get('code')).toBeNull();
    } finally {
      await close();
    }
  });
});

describe('a page of this server', () => {
  it('cannot cause a signed call with a link or with the redirect of a login', async () => {
    const signed = await intruder('by-redirect');
    const { page, close } = await open(authorize({ redirect_uri: signed }));
    try {
      await page.getByText('redirect_uri must not point to this server').waitFor();
      const answer = page.waitForResponse(response => response.url().includes('UserName=by-redirect'));
      await follow(page, signed);
      expect((await answer).status()).toBe(403);
    } finally {
      await close();
    }
    expect(await refusal(bed.iam().send(new GetUserCommand({ UserName: 'by-redirect' })))).toMatchObject({
      code: 'NoSuchEntityException',
    });
  });
});

describe('a user', () => {
  it('is redirected to the login page, logs in, and returns to the application with a code', async () => {
    const { page, errors, close } = await open(foreign);
    const back = `${foreign}/callback`;
    try {
      await follow(page, authorize({ redirect_uri: back }));
      await page.getByLabel('Subject (sub)').fill('jdoe');
      await screenshot(page, 'login');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(url => url.href.startsWith(back));
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({
        code: expect.any(String),
        state: 'st',
      });
      expect(errors.filter(error => !error.includes('favicon'))).toEqual([]);
    } finally {
      await close();
    }
  });

  it('approves a device on the device page', async () => {
    const reply = await fetch(`${bed.rolecall.url}/idp/custom/device`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv' }),
    });
    const { verification_uri_complete: address } = (await reply.json()) as Record<string, string>;
    const { page, close } = await open(String(address));
    try {
      await page.getByLabel('Subject (sub)').fill('jdoe');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('The device is connected').waitFor();
      await screenshot(page, 'device');
    } finally {
      await close();
    }
  });
});

describe('a page of an allowed origin', () => {
  it('can sign a call in the query, and read the reply', async () => {
    const allowing = await startRolecall({ allowedOrigins: [foreign] });
    const { page, close } = await open(foreign);
    try {
      const address = await presigned(allowing, { Action: 'ListUsers', Version: '2010-05-08' });
      const text = await page.evaluate(`fetch(${JSON.stringify(address)}).then(answer => answer.text())`);
      expect(text).toContain('<ListUsersResult>');
    } finally {
      await close();
      await allowing.close();
    }
  });
});
