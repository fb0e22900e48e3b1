/** The console in a real browser: each view, live decisions, applying a fix, solving a lesson, hostile text, and axe. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { startRolecall } from '../../src/index.ts';
import { ACCOUNT, GITHUB, MAIN_SUB, refusal, useEmulator } from '../support/emulator.ts';
import { type Opened, screenshot, useChromium } from './chromium.ts';

const bed = await useEmulator();
const { open } = useChromium();
const at = (fragment: string): string => `${bed.rolecall.url}/_rolecall/console/${fragment}`;

/** Opens a page, runs the test, and closes it; fails if the page logged an error. */
async function withPage(
  fragment: string,
  use: (page: Page) => Promise<void>,
  options: Parameters<typeof open>[1] = {},
): Promise<void> {
  const opened: Opened = await open(at(fragment), options);
  try {
    await use(opened.page);
    expect(opened.errors).toEqual([]);
  } finally {
    await opened.close();
  }
}

const editor = (page: Page, label: string) => page.locator(`.editor[data-label="${label}"] .cm-content`);

/** Replaces the text of an editor. */
async function type(page: Page, label: string, text: string): Promise<void> {
  await editor(page, label).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  // Insert as pasted text, so that the editor does not close brackets and quotes.
  await page.keyboard.insertText(text);
}

/** Whom the fix for `PULL_REQUEST` lets in. */
const ADMITTED = 'any pull request of octo-org/octo-repo';
const PULL_REQUEST = { repository: 'octo-org/octo-repo', pull_request: 42 };
const shown = (page: Page, text: string) => page.getByText(text).first().waitFor();

/** Polls a value of the page, because the page renders asynchronously after a click. */
const settled = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 30_000 });

/** Creates a provider and a role, and makes one allowed and one denied call. */
async function createDecisions(): Promise<void> {
  await bed.registerGitHub();
  const role = await bed.createRole('deploy');
  await bed.assume(role, await bed.mint({ repository: 'octo-org/octo-repo' }));
  await refusal(bed.assume(role, await bed.mint(PULL_REQUEST)));
}

describe('decisions', () => {
  it('shows a denied AssumeRoleWithWebIdentity live; a fix that lets in others is applied after a confirmation, and undone', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await bed.mint(PULL_REQUEST);
    await withPage('#/decisions', async page => {
      await page.getByText('live', { exact: true }).waitFor();
      expect((await refusal(bed.assume(role, token))).code).toBe('AccessDenied');
      const entry = page.locator('.entry', { hasText: 'AssumeRoleWithWebIdentity' });
      await entry.waitFor();
      await entry.click();

      const stages = page.locator('.stage');
      await settled(() => stages.evaluateAll(all => all.map(one => one.getAttribute('data-state')))).toEqual([
        'passed',
        'passed',
        'passed',
        'failed',
        'not-reached',
      ]);
      const decisive = page.locator('.policy .decisive');
      expect(await decisive.innerText()).toContain(`"${GITHUB}:sub"`);
      const mismatch = await page.locator('.mismatch').innerText();
      expect(mismatch).toContain(MAIN_SUB);
      expect(mismatch).toContain('repo:octo-org/octo-repo:pull_request');
      await shown(page, 'The request is from a pull request');
      await screenshot(page, 'decision-denied');

      await page.locator('.diff .added', { hasText: 'repo:octo-org/octo-repo:pull_request' }).waitFor();
      const fixes = page.locator('.fixes > li');
      expect(await fixes.locator('h3').allInnerTexts()).toEqual([
        'Change the job that gets the token',
        'Allow this caller as well',
      ]);
      expect(await fixes.locator('.badge').allInnerTexts()).toEqual(['Job', 'Policy']);
      expect(await fixes.first().getByRole('button').count()).toBe(0);
      expect(await fixes.last().locator('.admits li').allInnerTexts()).toEqual([ADMITTED]);

      const apply = fixes.last().getByRole('button', { name: 'Apply to the role' });
      expect(await apply.getAttribute('class')).toBe('button');
      const question = page.getByRole('alertdialog', { name: 'Allow this caller as well' });
      const focused = (name: string) => page.getByRole('button', { name }).and(page.locator(':focus')).waitFor();
      for (const cancel of ['Escape', 'Enter']) {
        await apply.click();
        await question.getByText(ADMITTED).waitFor();
        await focused('Cancel');
        if (cancel === 'Enter') await screenshot(page, 'decision-confirmation');
        await page.keyboard.press(cancel);
        await question.waitFor({ state: 'detached' });
        await focused('Apply to the role');
      }
      expect((await refusal(bed.assume(role, token))).code).toBe('AccessDenied');

      await apply.click();
      await question.getByRole('button', { name: 'Allow them as well' }).click();
      await shown(page, 'The fix is saved.');
      await page.locator('section[aria-label="What to change"]:focus').waitFor();
      await bed.assume(role, token);
      await page.locator('.entry .dot.good').first().waitFor();
      await screenshot(page, 'decision-fixed');

      await page.getByRole('button', { name: 'Undo' }).click();
      await apply.waitFor();
      expect((await refusal(bed.assume(role, token))).code).toBe('AccessDenied');
    });
  });

  it('applies a fix that lets in nobody else without a question', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy', {
      StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com', [`${GITHUB}:sub`]: MAIN_SUB.replace('main', '*') },
    });
    const token = await bed.mint({ repository: 'octo-org/octo-repo' });
    await refusal(bed.assume(role, token));
    await withPage('#/decisions', async page => {
      await page.locator('.entry', { hasText: 'AssumeRoleWithWebIdentity' }).click();
      const apply = page.getByRole('button', { name: 'Apply to the role', exact: true });
      await apply.waitFor();
      const buttons = page.locator('.fixes .fix-head > button');
      expect(await buttons.evaluateAll(all => all.map(one => one.className))).toEqual(['button primary', 'button']);
      await apply.click();
      await shown(page, 'The fix is saved.');
      await bed.assume(role, token);
    });
  });

  it('has a fix in words for a check before the policies', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, 'garbage'));
    await withPage('#/decisions', async page => {
      await page.locator('.entry', { hasText: 'AssumeRoleWithWebIdentity' }).click();
      await page.locator('.fixes h3', { hasText: 'Send an ID token' }).waitFor();
      expect(await page.locator('.fixes button').count()).toBe(0);
    });
  });

  it('says why an allowed caller is let in, and keeps it out', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy', {
      StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' },
      StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/octo-repo:*' },
    });
    const [pullRequest, branch] = [await bed.mint(PULL_REQUEST), await bed.mint()];
    await bed.assume(role, pullRequest);
    await withPage('#/decisions', async page => {
      await page.locator('.entry:has(.dot.good)', { hasText: 'AssumeRoleWithWebIdentity' }).first().click();
      const button = page.getByRole('button', { name: 'Should this caller be kept out?' });
      expect(await button.getAttribute('aria-expanded')).toBe('false');
      await button.click();
      const section = page.locator('section[aria-label="Keep this caller out"]');
      await section
        .getByText(/repo:octo-org\/octo-repo:\*", which matches "repo:octo-org\/octo-repo:pull_request"/)
        .waitFor();
      await screenshot(page, 'decision-unwanted');
      await section.getByRole('button', { name: 'Apply to the role' }).first().click();
      await shown(page, 'The fix is saved.');
    });
    expect((await refusal(bed.assume(role, pullRequest))).code).toBe('AccessDenied');
    await bed.assume(role, branch);
  });

  it('shows the policy at the time of the decision, without a fix to apply, after the policy is changed or the role is deleted', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint(PULL_REQUEST)));
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await bed.control('PUT', `/roles/${encodeURIComponent(role)}/trust`, {
      policy: policy.replace(
        '[]',
        `[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::${ACCOUNT}:root"},"Action":"sts:AssumeRole"}]`,
      ),
    });
    await withPage('#/decisions', async page => {
      await page.locator('.entry', { hasText: 'AssumeRoleWithWebIdentity' }).click();
      await shown(page, 'This is the policy at the time of the decision.');
      expect(await page.locator('.policy .decisive').innerText()).toContain(MAIN_SUB);
      expect(await page.getByRole('button', { name: 'Apply to the role' }).count()).toBe(0);
      await screenshot(page, 'decision-changed-since');
    });
    await bed.iam().send(new DeleteRoleCommand({ RoleName: 'deploy' }));
    const { body } = await bed.control('GET', '/decisions?outcome=denied&limit=1');
    const [denial] = (body as { decisions: { id: string }[] }).decisions;
    const opened = await open(at(`#/decisions/${denial?.id}`));
    await opened.page.locator('.policy .decisive').waitFor();
    await shown(opened.page, `role ${role} does not exist`);
    await opened.close();
  });

  it('marks a step that failed before policy evaluation', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({}, { faults: ['tampered-signature'] })));
    await withPage('#/decisions', async page => {
      await page.locator('.entry', { hasText: 'AssumeRoleWithWebIdentity' }).click();
      expect(await page.locator('.stage.failed .name').innerText()).toContain('Issuer');
      await screenshot(page, 'decision-signature');
    });
  });

  it('filters by outcome and by search text', async () => {
    await createDecisions();
    await withPage('#/decisions', async page => {
      await page.locator('.entry').first().waitFor();
      await page.getByRole('button', { name: 'Denied', exact: true }).click();
      await settled(() => page.locator('.entry').count()).toBe(1);
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await settled(() => page.locator('.entry').count()).toBeGreaterThan(1);
      await page.getByLabel('Search decisions').fill('CreateRole');
      await settled(() => page.locator('.entry').count()).toBe(1);
    });
  });
});

describe('playground', () => {
  it('evaluates as you type, and applies a fix', async () => {
    await withPage('#/playground', async page => {
      await shown(page, 'credentials issued');
      await page.getByLabel('Environment').fill('prod');
      await shown(page, 'trust: implicit deny');
      await editor(page, 'Trust policy').locator('.cm-decisive').first().waitFor();
      await screenshot(page, 'playground-denied');
      const titles = await page.locator('.fixes h3').allInnerTexts();
      expect(titles).toEqual(['Change the job that gets the token', 'Allow this caller as well']);
      await page.getByRole('button', { name: 'Apply …' }).click();
      const question = page.getByRole('alertdialog');
      await question.getByText('any job of octo-org/octo-repo with the environment prod').waitFor();
      await question.getByRole('button', { name: 'Cancel' }).click();
      await shown(page, 'trust: implicit deny');
      await page.getByRole('button', { name: 'Apply …' }).click();
      await question.getByRole('button', { name: 'Allow them as well' }).click();
      await shown(page, 'credentials issued');
      await settled(() => editor(page, 'Trust policy').innerText()).toContain('environment:prod');

      await type(page, 'Trust policy', '{"Version": "2012-10-17", "Statement": []}');
      await shown(page, 'IAM rejects this policy');
    });
  });

  it.each(['buildkite', 'spiffe', 'auth0', 'entra-v2', 'eks-irsa'])('allows the default token of %s', async id => {
    await withPage('#/playground', async page => {
      await shown(page, 'credentials issued');
      await page.getByLabel('Issuer', { exact: true }).selectOption(id);
      const sub = await page.locator('dt', { hasText: /^sub$/ }).locator('xpath=following-sibling::dd[1]').innerText();
      await settled(() => editor(page, 'Trust policy').innerText()).toContain(sub.split(/\s/)[0]);
      await shown(page, 'credentials issued');
    });
  });

  it('shows no result for a new token with the policy of the previous issuer', async () => {
    await withPage('#/playground', async page => {
      await shown(page, 'credentials issued');
      await page.evaluate(`
        window.painted = [];
        const look = () => {
          const verdict = document.querySelector('.verdict')?.className;
          if (verdict !== undefined && verdict !== painted.at(-1)) painted.push(verdict);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look)`);
      for (const id of ['buildkite', 'spiffe', 'auth0']) {
        await page.getByLabel('Issuer', { exact: true }).selectOption(id);
        await page.locator('dt', { hasText: /^sub$/ }).waitFor();
        await shown(page, 'credentials issued');
      }
      expect(await page.evaluate('painted')).toEqual(['verdict allowed']);
    });
  });

  it('checks the times of a token, its role and its session name', async () => {
    await withPage('#/playground', async page => {
      await shown(page, 'credentials issued');
      const session = page.getByLabel('Session name');
      await session.fill('a b');
      await shown(page, "Value 'a b' at 'roleSessionName' failed to satisfy constraint");
      await session.fill('job');
      const role = page.getByLabel('Role', { exact: true });
      await role.fill('deploy');
      await shown(page, "Value 'deploy' at 'roleArn' failed to satisfy constraint");
      await role.fill('arn:aws:iam::000000000000:user/deploy');
      await shown(page, 'The role arn:aws:iam::000000000000:user/deploy does not exist');
      await role.fill('arn:aws:iam::000000000000:role/deploy');
      await shown(page, 'credentials issued');
      await page.getByLabel('Claim name').fill('exp');
      await page.getByRole('button', { name: 'Add claim' }).click();
      await page.getByLabel('exp', { exact: true }).fill('1000');
      await shown(page, 'The token expired at');
    });
  });

  it('completes condition keys and marks lint findings', async () => {
    await withPage('#/playground', async page => {
      await shown(page, 'credentials issued');
      const statement = {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { KEY: 'repo:octo-org/*' } },
      };
      await type(page, 'Trust policy', JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2));
      await editor(page, 'Trust policy').getByText('"KEY"').dblclick();
      await page.keyboard.type('job_work');
      await page.locator('.cm-tooltip-autocomplete').getByText(`${GITHUB}:job_workflow_ref`).click();
      await settled(() => editor(page, 'Trust policy').innerText()).toContain(
        `"${GITHUB}:job_workflow_ref": "repo:octo-org/*"`,
      );
      await page.locator('.cm-lint-marker').first().waitFor();
      await shown(page, 'does not treat * and ? as wildcards');
      await screenshot(page, 'playground-lint');
    });
  });

  it('opens a shared playground', async () => {
    await withPage('#/playground', async page => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByLabel('Repository', { exact: true }).fill('octo-org/shared-repo');
      await shown(page, 'repo:octo-org/shared-repo:ref:refs/heads/main');
      await page.getByRole('button', { name: 'Copy link to this playground' }).click();
      const copied = async (): Promise<string> => String(await page.evaluate('navigator.clipboard.readText()'));
      await settled(copied).toContain('#/playground/');
      await withPage(new URL(await copied()).hash, async other => {
        await shown(other, 'trust: implicit deny');
        expect(await other.getByLabel('Repository', { exact: true }).inputValue()).toBe('octo-org/shared-repo');
      });
    });
  });

  it.each(['Token', 'Policy', 'curl', 'AWS CLI', 'Terraform'])('has a snippet: %s', async name => {
    await withPage('#/playground', async page => {
      await page.getByRole('button', { name, exact: true }).click();
      await page
        .locator('section.plain-text')
        .last()
        .getByText(/eyJ|2012-10-17/)
        .first()
        .waitFor();
    });
  });
});

describe('lessons', () => {
  it('is solved by typing, and only when all other callers are denied', async () => {
    await withPage('#/lessons/pull-request-subject', async page => {
      const label = 'Trust policy of the role deploy';
      await editor(page, label).waitFor();
      const start = await editor(page, label).innerText();
      const solved = page.getByTestId('solved');
      await screenshot(page, 'lesson-begun');

      // All subjects of the repository: allows the pull request, and also main.
      const open = start.replace('StringEquals', 'StringLike').replace('ref:refs/heads/main', '*');
      await type(page, label, open);
      await shown(page, 'allowed, expected: denied');
      expect(await solved.count()).toBe(0);

      await type(page, label, start.replace('ref:refs/heads/main', 'pull_request'));
      await solved.waitFor();
      await screenshot(page, 'lesson-solved');
      await page.getByRole('link', { name: 'All lessons' }).click();
      await shown(page, '1 of 22 solved');
      await screenshot(page, 'lessons');
    });
  });

  it('shows hints one by one, then the solution', async () => {
    await withPage('#/lessons/role-chaining', async page => {
      await page.getByRole('button', { name: 'Show a hint' }).click();
      await page.getByRole('button', { name: /Next hint/ }).click();
      await page.getByRole('button', { name: 'Show solution' }).click();
      await page.getByTestId('solved').waitFor();
    });
  });
});

describe('accounts, issuers, clock, injected faults', () => {
  it('shows the resources of an account, with lint findings', async () => {
    await createDecisions();
    await bed.createRole('wide', { StringLike: { [`${GITHUB}:sub`]: 'repo:octo-org/*' } });
    await withPage('#/accounts', async page => {
      await page.locator('details', { hasText: 'Trust policy' }).last().click();
      await shown(page, 'also matches pull requests');
      await screenshot(page, 'accounts');
    });
  });

  it('mints a token with a defect and rotates keys', async () => {
    await withPage('#/issuers', async page => {
      await page.getByLabel('Search issuers').fill('gitlab');
      await page.locator('.entry', { hasText: 'GitLab' }).first().click();
      await page.locator('summary', { hasText: 'Token defects' }).click();
      await page.getByLabel('expired').check();
      await page.getByRole('button', { name: 'Mint' }).click();
      await shown(page, '"alg"');
      await page.getByRole('button', { name: 'Rotate' }).click();
      await page.locator('section[aria-label="Keys"] li').first().waitFor();
      await screenshot(page, 'issuer');
    });
  });

  it('moves and freezes the clock', async () => {
    await withPage('#/clock', async page => {
      await page.getByRole('button', { name: '+ 12 h' }).click();
      await page.getByText('ahead of real time').waitFor();
      await page.getByRole('button', { name: 'Freeze' }).click();
      await page.getByText('frozen', { exact: true }).waitFor();
      await screenshot(page, 'clock');
      const { body } = await bed.control('GET', '/clock');
      expect(body).toMatchObject({ frozen: true });
      await page.getByRole('button', { name: 'Reset to real time' }).click();
      await page.getByRole('button', { name: 'Freeze' }).waitFor();
    });
  });

  it('adds an injected fault that affects the next call, and removes it', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await bed.mint({ repository: 'octo-org/octo-repo' });
    await withPage('#/faults', async page => {
      await page.getByLabel('Number of calls').fill('2');
      await page.getByRole('button', { name: 'Add' }).click();
      await shown(page, 'AssumeRoleWithWebIdentity: error Throttling, for 2 calls');
      await screenshot(page, 'faults');
      expect((await refusal(bed.assume(role, token))).code).toBe('Throttling');
      await page.reload();
      await page
        .getByRole('button', { name: /^Remove/ })
        .first()
        .click();
      await shown(page, 'No injected faults.');
      await bed.assume(role, token);
    });
  });
});

const RTL = '\u202e\u2066\u05d0\u05d1\u200f';
const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'";${RTL}\${x}{{y}}`;
/** A policy holds characters up to U+00FF. */
const HOSTILE_LATIN = HOSTILE.replace(RTL, '\u00ad\u00e9');
const LONG = `${HOSTILE}${'W'.repeat(20_000 - HOSTILE.length)}`;

describe('hostile text', () => {
  const harmless = async (page: Page): Promise<void> => {
    expect(await page.evaluate('document.querySelectorAll("script, img[src=x]").length')).toBe(1);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
  };

  it.each([
    { what: 'script, quotes and bidirectional controls', text: HOSTILE },
    { what: 'longer than 10,000 characters', text: LONG.slice(0, 10_000) },
  ])('in a subject is shown as text: $what', async ({ text }) => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    await refusal(bed.assume(role, await bed.mint({ sub: text })));
    for (const width of [1360, 360]) {
      await withPage(
        '#/decisions',
        async page => {
          await page.locator('.entry', { hasText: 'AssumeRoleWithWebIdentity' }).click();
          await page.locator('.stage.failed').waitFor();
          expect(await page.locator('.mismatch dd').last().textContent()).toBe(text);
          await harmless(page);
          if (text === HOSTILE) await screenshot(page, `hostile-${width}`);
        },
        { viewport: { width, height: 800 } },
      );
    }
  });

  it('in a policy, a role name and a session name is shown as text', async () => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy', {
      StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com', [`${GITHUB}:sub`]: [HOSTILE_LATIN, MAIN_SUB] },
    });
    await refusal(bed.assume(role, await bed.mint(PULL_REQUEST)));
    const form = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', WebIdentityToken: await bed.mint({}) };
    await bed.form({ ...form, RoleArn: `arn:aws:iam::${ACCOUNT}:role/${HOSTILE}`, RoleSessionName: HOSTILE });
    await withPage('#/decisions', async page => {
      await page.locator('.entry', { hasText: 'deploy' }).first().click();
      await page.locator('.policy .decisive', { hasText: '<script>' }).first().waitFor();
      await harmless(page);
      await page.getByRole('link', { name: 'Accounts' }).click();
      await page.locator('details', { hasText: 'Trust policy' }).click();
      await page.locator('.policy', { hasText: '<script>' }).waitFor();
      await harmless(page);
    });
  });

  it('of 20,000 characters in the playground breaks nothing', async () => {
    await withPage('#/playground', async page => {
      await shown(page, 'credentials issued');
      await page.getByLabel('Repository', { exact: true }).fill(LONG);
      await page.getByLabel('Session name').fill(LONG);
      await page.getByLabel('Role', { exact: true }).fill(`arn:aws:iam::${ACCOUNT}:role/${LONG}`);
      await type(page, 'Trust policy', LONG);
      await shown(page, 'IAM rejects this policy');
      await harmless(page);
    });
  });

  it('in the address opens a new playground, or the list of decisions', async () => {
    await withPage(`#/playground/${encodeURIComponent(HOSTILE)}`, async page => {
      await shown(page, 'The URL does not contain a valid playground. This is a new one.');
      await page.goto(at(`#/${encodeURIComponent(HOSTILE)}/%E0%A4%A`));
      await page.getByRole('heading', { name: 'Decisions', exact: true }).waitFor();
      await harmless(page);
    });
  });
});

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = [
  { name: 'decisions', fragment: '#/decisions', ready: '.entry' },
  { name: 'decision', fragment: '#/decisions', ready: '.entry', opens: '.entry:has(.dot:not(.good))' },
  { name: 'playground', fragment: '#/playground', ready: '.editor .cm-content' },
  { name: 'lessons', fragment: '#/lessons', ready: '.lesson-card' },
  { name: 'lesson', fragment: '#/lessons/for-all-values-absent', ready: '.editor .cm-content' },
  { name: 'accounts', fragment: '#/accounts', ready: 'details' },
  { name: 'issuer', fragment: '#/issuers/github-actions', ready: 'section[aria-label="Keys"]' },
  { name: 'clock', fragment: '#/clock', ready: '.clock-time' },
  { name: 'faults', fragment: '#/faults', ready: '#fault-action' },
] as const;
const SHAPES = [
  { shape: 'wide-light', colorScheme: 'light', width: 1360 },
  { shape: 'wide-dark', colorScheme: 'dark', width: 1360 },
  { shape: 'phone-light', colorScheme: 'light', width: 360 },
] as const;

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

describe.each(SHAPES)('every view, $shape', ({ shape, colorScheme, width }) => {
  it.each(VIEWS)('$name: axe reports no serious violation, and the page has no horizontal overflow', async view => {
    await createDecisions();
    await withPage(
      view.fragment,
      async page => {
        await page.locator(view.ready).first().waitFor();
        if ('opens' in view) {
          await page.locator(view.opens).first().click();
          await page.locator('.policy').waitFor();
        }
        await page.evaluate(AXE);
        const found = (await page.evaluate('axe.run(document)')) as AxeResult;
        const serious = found.violations
          .filter(one => one.impact === 'serious' || one.impact === 'critical')
          .map(one => `${one.id}: ${one.nodes.map(node => `${node.html} ${node.failureSummary}`).join('\n')}`);
        expect(serious).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await screenshot(page, `${view.name}-${shape}`);
      },
      { colorScheme, viewport: { width, height: 800 } },
    );
  });
});

describe('the page', () => {
  it.each([
    { fragment: '#/decisions', ready: '.live.on' },
    { fragment: '#/playground', ready: '.editor .cm-content' },
  ])('loads less than 250 KB compressed: $fragment', async ({ fragment, ready }) => {
    const { page, close } = await open('about:blank');
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', event => {
      bytes += event.encodedDataLength;
    });
    await page.goto(at(fragment));
    await page.locator(ready).waitFor();
    console.log(`first load of ${fragment}: ${Math.round(bytes / 1024)} KB`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(250 * 1024);
    await close();
  });

  it('is usable by keyboard alone', async () => {
    await createDecisions();
    await withPage('#/decisions', async page => {
      await page.locator('.entry').first().waitFor();
      for (let tries = 0; tries < 40; tries++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate('document.activeElement.classList.contains("entry")')) break;
      }
      await page.keyboard.press('Enter');
      await page.locator('.stage').first().waitFor();
    });
  });

  it('moves the focus to a decision that replaces the list', async () => {
    await createDecisions();
    await withPage(
      '#/decisions',
      async page => {
        await page.locator('.entry').first().click();
        await page.locator('.detail-pane:focus').waitFor();
        await page.getByRole('link', { name: 'All decisions' }).click();
        await page.locator('.entry').first().waitFor();
      },
      { viewport: { width: 360, height: 740 } },
    );
  });

  it('opens at the root URL in a browser', async () => {
    const { page, close } = await open(bed.rolecall.url);
    await page.getByRole('heading', { name: 'Decisions', exact: true }).waitFor();
    await close();
  });

  it('opens a decision in the playground, with its role, policy and subject', async () => {
    await createDecisions();
    await withPage('#/decisions', async page => {
      await page.locator('.entry:has(.dot:not(.good))').first().click();
      await page.getByRole('link', { name: 'Open in the playground' }).click();
      await shown(page, 'The request is from a pull request');
      expect(await page.getByLabel('sub', { exact: true }).inputValue()).toBe('repo:octo-org/octo-repo:pull_request');
    });
  });

  it('prompts for the admin token when one is configured, and sends it with the stream', async () => {
    const guarded = await startRolecall({ adminToken: 'let-me-in-please' });
    const { page, close } = await open(`${guarded.url}/_rolecall/console/`);
    try {
      await page.getByLabel('Admin token', { exact: true }).fill('let-me-in-please');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('live', { exact: true }).waitFor();
      await screenshot(page, 'token-entered');
    } finally {
      await close();
      await guarded.close();
    }
  });
});
