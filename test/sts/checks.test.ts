/** The table of checks, and the part of it that a page runs. */
import { describe, expect, it } from 'vitest';
import { claimChecks } from '../../src/policy/web-identity/decide.ts';
import { checks, webIdentityChecks } from '../../src/sts/assume/checks.ts';

/** Checks that a page cannot make: they need the issuer's keys, or parameters that a page does not send. */
const SERVER_ONLY = ['key', 'signature', 'duration', 'session-policy'];

describe('the checks of AssumeRoleWithWebIdentity', () => {
  const onServer = webIdentityChecks.filter(({ name }) => !SERVER_ONLY.includes(name));

  it('are in a page the same ones in the same order', () => {
    expect(claimChecks.map(({ name }) => name)).toEqual(onServer.map(({ name }) => name));
    // `token-parsed` reads the claims of a page, and the text of a token on the wire.
    const inPage: ReadonlySet<unknown> = new Set(claimChecks.map(({ run }) => run));
    expect(onServer.filter(({ run }) => !inPage.has(run)).map(({ name }) => name)).toEqual(['token-parsed']);
  });

  it('leave nothing out on the server', () => {
    const rows = checks.filter(({ cells }) => cells.AssumeRoleWithWebIdentity !== undefined);
    expect(rows.map(({ name }) => name)).toEqual(webIdentityChecks.map(({ name }) => name));
    for (const name of SERVER_ONLY) expect(webIdentityChecks.map(check => check.name)).toContain(name);
  });
});
