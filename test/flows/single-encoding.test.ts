/**
 * Every code, token and signature has exactly one accepted encoding: any change of one character is rejected, before and after use.
 * The changes include lenient forms of base64 (RFC 4648 §3.5 and §12: padding, foreign characters, nonzero trailing bits).
 */
import { createHash } from 'node:crypto';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetDelegatedAccessTokenCommand,
} from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { presignedGet, signedPost } from '../support/aws-requests.ts';
import { NOW, verify } from '../support/aws-signatures.ts';
import { ADMINISTRATOR, type Keys, refusal, useEmulator } from '../support/emulator.ts';

const bed = await useEmulator({
  issuers: { op: { preset: 'custom', issuer: 'https://op.example.com', alg: 'ES256' } },
});

/** Ways to change one character of a text. */
const EDITS = ['replace', 'insert', 'delete', 'append'] as const;
/** Characters of base64 and base64url, and characters that lenient decoders ignore. */
const CHARACTERS = [...'ABYZabyz0189+/-_=!*.~', ' ', '\n', '\t', '\0', '\u00a0', 'é'];
/** Characters that an HTTP header can contain at any position. */
const HEADER_CHARACTERS = CHARACTERS.filter(letter => /^[!-~]$/.test(letter));

function changed(text: string, place: number, edit: (typeof EDITS)[number], letter: string): string {
  if (edit === 'append') return text + letter;
  const at = place % text.length;
  if (edit === 'insert') return text.slice(0, at) + letter + text.slice(at);
  return text.slice(0, at) + (edit === 'delete' ? '' : letter) + text.slice(at + 1);
}

const changes = (letters: readonly string[]) =>
  fc.record({ place: fc.nat(), edit: fc.constantFrom(...EDITS), letter: fc.constantFrom(...letters) });

/** Expects that changed texts are rejected (random changes, and each character appended), and that the text itself is then accepted. */
async function expectOneEncoding(
  text: string,
  accepts: (text: string) => Promise<boolean>,
  { letters = CHARACTERS, isSame = (_changed: string): boolean => false } = {},
): Promise<void> {
  const refuses = async (other: string): Promise<void> => {
    if (other !== text && !isSame(other)) expect(await accepts(other), JSON.stringify(other)).toBe(false);
  };
  for (const letter of letters) await refuses(text + letter);
  await fc.assert(
    fc.asyncProperty(changes(letters), ({ place, edit, letter }) => refuses(changed(text, place, edit, letter))),
    { numRuns: 150 },
  );
  expect(await accepts(text)).toBe(true);
}

const post = (path: string, form: Record<string, string>) =>
  fetch(`${bed.rolecall.url}${path}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
const token = (form: Record<string, string>) => post('/idp/op/token', { client_id: 'app', ...form });

const REDIRECT = 'http://127.0.0.1:9/callback';
const VERIFIER = 'v'.repeat(43);

async function login(): Promise<string> {
  const answer = await post('/idp/op/authorize', {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: REDIRECT,
    scope: 'openid offline_access',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    login: 'jdoe',
  });
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

const redeem = (code: string) =>
  token({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER });

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}
const tokens = async (): Promise<Tokens> => (await redeem(await login())).json() as Promise<Tokens>;
const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token });
const userinfo = (access_token: string) => post('/idp/op/userinfo', { access_token });

async function device(): Promise<string> {
  const reply = (await (await post('/idp/op/device', { client_id: 'app' })).json()) as Record<string, string>;
  const { device_code = '', user_code = '' } = reply;
  await post('/idp/op/device', { user_code, login: 'jdoe' });
  return device_code;
}
const redeemDevice = (device_code: string) =>
  token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code });

const ok = async (answer: Promise<Response>): Promise<boolean> => (await answer).status === 200;

describe('the OpenID provider', () => {
  it.each([
    ['an authorization code', login, redeem],
    ['a refresh token', async () => (await tokens()).refresh_token, refresh],
    ['a device code', device, redeemDevice],
    ['an access token', async () => (await tokens()).access_token, userinfo],
  ])('accepts %s in one encoding only', async (_, create, use) => {
    await expectOneEncoding(await create(), text => ok(use(text)));
  });

  it.each([
    ['an authorization code that was used', login, redeem, redeem],
    ['a refresh token that was rotated', async () => (await tokens()).refresh_token, refresh, refresh],
    ['a device code that was used', device, redeemDevice, redeemDevice],
    [
      'an access token that was revoked',
      async () => (await tokens()).access_token,
      (text: string) => post('/idp/op/revoke', { client_id: 'app', token: text }),
      userinfo,
    ],
    [
      'a refresh token that was revoked',
      async () => (await tokens()).refresh_token,
      (text: string) => post('/idp/op/revoke', { client_id: 'app', token: text }),
      refresh,
    ],
  ])('%s stays invalid in every encoding', async (_, create, spend, use) => {
    const text = await create();
    expect((await spend(text)).status).toBe(200);
    const refuses = async (other: string): Promise<void> => {
      expect(await ok(use(other)), JSON.stringify(other)).toBe(false);
    };
    await refuses(text);
    for (const letter of CHARACTERS) await refuses(text + letter);
    await fc.assert(
      fc.asyncProperty(changes(CHARACTERS), ({ place, edit, letter }) => refuses(changed(text, place, edit, letter))),
      { numRuns: 50 },
    );
  });

  it('an access token that was revoked stays revoked with its second valid ECDSA signature', async () => {
    const { access_token } = await tokens();
    const other = otherSignature(access_token);
    expect([(await userinfo(access_token)).status, (await userinfo(other)).status]).toEqual([200, 200]);
    await post('/idp/op/revoke', { client_id: 'app', token: access_token });
    expect([(await userinfo(access_token)).status, (await userinfo(other)).status]).toEqual([401, 401]);
  });

  it('/revoke stores only tokens that the provider issued', async () => {
    const { access_token, refresh_token } = await tokens();
    const foreign = await bed.mint();
    for (const sent of ['nonsense', 'a.b.c', foreign, `${access_token}=`, `${refresh_token}=`]) {
      expect((await post('/idp/op/revoke', { client_id: 'app', token: sent })).status).toBe(200);
    }
    expect((await userinfo(access_token)).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  it('after a reset, rejects codes and tokens from before, whether unused, used or revoked', async () => {
    const code = await login();
    await redeem(code);
    const unused = await login();
    const { access_token, refresh_token } = await tokens();
    await post('/idp/op/revoke', { client_id: 'app', token: access_token });
    await bed.rolecall.reset();
    for (const answer of [redeem(code), redeem(unused), refresh(refresh_token)])
      expect((await answer).status).toBe(400);
    expect((await userinfo(access_token)).status).toBe(401);
    expect((await redeem(await login())).status).toBe(200);
  });

  it('rejects refresh tokens of an earlier run, because it does not know which were used', async () => {
    const config = { secret: 'shared', issuers: { op: { preset: 'custom', issuer: 'https://op.example.com' } } };
    const at = async (use: (url: string) => Promise<Response>): Promise<Response> => {
      const server = await startRolecall(config);
      try {
        return await use(server.url);
      } finally {
        await server.close();
      }
    };
    const granted = await at(async url => {
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'app' };
      const send = (path: string, members: Record<string, string>) =>
        fetch(`${url}/idp/op${path}`, { method: 'POST', body: new URLSearchParams(members) });
      const reply = (await (await send('/device', { client_id: 'app', scope: 'offline_access' })).json()) as Record<
        string,
        string
      >;
      await send('/device', { user_code: String(reply['user_code']), login: 'jdoe' });
      return send('/token', { ...form, device_code: String(reply['device_code']) });
    });
    const { refresh_token } = (await granted.json()) as Tokens;
    const again = await at(url =>
      fetch(`${url}/idp/op/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'app', refresh_token }),
      }),
    );
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('accepts a user code in lowercase and with surrounding spaces, and in no other form', async () => {
    const reply = (await (await post('/idp/op/device', { client_id: 'app' })).json()) as Record<string, string>;
    const code = String(reply['user_code']);
    const approve = async (user_code: string) => (await post('/idp/op/device', { user_code, login: 'jdoe' })).status;
    for (const other of [
      `${code}\n`,
      `\ufeff${code}`,
      `${code}\u00a0`,
      code.replace('-', ''),
      code.replace('-', '\u2010'),
    ])
      expect(await approve(other), JSON.stringify(other)).toBe(400);
    expect(await approve(` ${code.toLowerCase()} `)).toBe(200);
  });

  it('revokes the family of a refresh token that is reused (RFC 9700 §4.14.2)', async () => {
    const first = await tokens();
    const second = (await (await refresh(first.refresh_token)).json()) as Tokens;
    const third = (await (await refresh(second.refresh_token)).json()) as Tokens;
    expect(await (await refresh(first.refresh_token)).json()).toMatchObject({
      error: 'invalid_grant',
      error_description: 'the refresh-token has already been used or revoked',
    });
    expect((await refresh(third.refresh_token)).status).toBe(400);
    expect((await refresh((await tokens()).refresh_token)).status).toBe(200);
  });
});

/** The order of P-256 (FIPS 186-5). If (r, s) verifies, (r, n - s) verifies too. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function otherSignature(jwt: string): string {
  const mark = jwt.lastIndexOf('.') + 1;
  const signature = Buffer.from(jwt.slice(mark), 'base64url');
  const s = ORDER - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  signature.write(s.toString(16).padStart(64, '0'), 32, 'hex');
  return jwt.slice(0, mark) + signature.toString('base64url');
}

describe('job token and admin token: one encoding only', () => {
  it('a job token', async () => {
    const job = await bed.control('POST', '/jobs', { issuer: 'github-actions', directory: '/tmp' });
    const { variables } = job.body as { variables: Record<string, string> };
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: text = '' } = variables;
    const accepts = (authorization: string) =>
      ok(fetch(url, { headers: { authorization: `Bearer ${authorization}` } }));
    await expectOneEncoding(text, accepts, { letters: HEADER_CHARACTERS });
    expect(await accepts(`${text} ${text}`)).toBe(false);
    expect(await accepts(`${text} x`)).toBe(false);
  });

  it('the admin token', async () => {
    const guarded = await startRolecall({ adminToken: 'let-me-in' });
    try {
      const accepts = (text: string) =>
        ok(fetch(`${guarded.url}/_rolecall/issuers`, { headers: { authorization: `Bearer ${text}` } }));
      await expectOneEncoding('let-me-in', accepts, { letters: HEADER_CHARACTERS });
      expect(await accepts('let-me-in x')).toBe(false);
    } finally {
      await guarded.close();
    }
  });
});

describe('STS accepts one encoding only', () => {
  let role: string;
  let session: Keys & { readonly sessionToken?: string };
  const accepts = async (call: Promise<unknown>): Promise<boolean> => {
    try {
      await call;
      return true;
    } catch (error) {
      if (error instanceof Error && '$metadata' in error) return false;
      throw error;
    }
  };

  const prepare = async (): Promise<void> => {
    await bed.registerGitHub();
    role = await bed.createRole('deploy');
    session = await bed.assume(role, await bed.mint());
  };
  beforeAll(prepare);

  it('of a web identity token, except for a trailing line feed, which `echo` writes to files', async () => {
    await prepare();
    const text = await bed.mint();
    const assume = async (WebIdentityToken: string) =>
      (
        await bed.form({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: role,
          RoleSessionName: 'session',
          WebIdentityToken,
        })
      ).status === 200;
    await expectOneEncoding(text, assume, { isSame: other => other === `${text}\n` });
  });

  it('of a session token', async () => {
    await prepare();
    const { sessionToken = '' } = session;
    const identity = (text: string) =>
      accepts(bed.sts({ ...session, sessionToken: text }).send(new GetCallerIdentityCommand({})));
    await expectOneEncoding(sessionToken, identity, { letters: HEADER_CHARACTERS });
  });

  it('of a trade-in token', async () => {
    await prepare();
    const created = await bed.control('POST', '/trade-in-tokens', { roleArn: role, sessionName: 'traded' });
    const { tradeInToken } = created.body as { tradeInToken: string };
    const trade = (TradeInToken: string) =>
      accepts(bed.sts().send(new GetDelegatedAccessTokenCommand({ TradeInToken })));
    await expectOneEncoding(tradeInToken, trade);
  });

  it('of an encoded authorization message', async () => {
    await prepare();
    await refusal(bed.assume(role, await bed.mint({ repository: 'octo-org/other' })));
    const { body } = await bed.control('GET', '/decisions?outcome=denied');
    const [denied] = (body as { decisions: { id: string }[] }).decisions;
    const answer = await bed.control('GET', `/decisions/${denied?.id}/authorization-message`);
    const { encodedMessage } = answer.body as { encodedMessage: string };
    const decode = (EncodedMessage: string) =>
      accepts(bed.sts().send(new DecodeAuthorizationMessageCommand({ EncodedMessage })));
    await expectOneEncoding(encodedMessage, decode);
  });

  it('of a CloudTrail page token', async () => {
    await prepare();
    const trail = new CloudTrailClient({
      endpoint: bed.rolecall.url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: ADMINISTRATOR,
    });
    try {
      const { NextToken = '' } = await trail.send(new LookupEventsCommand({ MaxResults: 1 }));
      const next = (text: string) => accepts(trail.send(new LookupEventsCommand({ MaxResults: 1, NextToken: text })));
      await expectOneEncoding(NextToken, next);
    } finally {
      trail.destroy();
    }
  });
});

describe('Signature Version 4 accepts one encoding only', () => {
  const accepted = (run: () => unknown): boolean => {
    try {
      run();
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'AwsError') return false;
      throw error;
    }
  };
  const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

  it('of the signature in a header', async () => {
    const request = await signedPost(BODY, { at: NOW });
    const header = request.rawHeaders.find(value => value.includes('Signature=')) ?? '';
    const signature = /Signature=([0-9a-f]{64})/.exec(header)?.[1] ?? '';
    const withSignature = (text: string) => ({
      ...request,
      rawHeaders: request.rawHeaders.map(value => (value === header ? header.replace(signature, text) : value)),
    });
    await expectOneEncoding(signature, async text => accepted(() => verify(withSignature(text))), {
      letters: [...HEADER_CHARACTERS, ...'CDEFcdef234567'],
    });
    expect(accepted(() => verify(withSignature(signature.toUpperCase())))).toBe(false);
  });

  it('of the signature in a query', async () => {
    const request = await presignedGet({ Action: 'GetCallerIdentity', Version: '2011-06-15' }, { at: NOW });
    const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(request.query)?.[1] ?? '';
    const withSignature = (text: string) => ({ ...request, query: request.query.replace(signature, text) });
    await expectOneEncoding(signature, async text => accepted(() => verify(withSignature(text))), {
      letters: [...HEADER_CHARACTERS, ...'CDEFcdef234567'],
    });
    expect(accepted(() => verify(withSignature(signature.toUpperCase())))).toBe(false);
  });
});
