/** STS answers every token defect as its table row states. */
import { describe, expect, it } from 'vitest';
import { TOKEN_DEFECTS } from '../../src/idp/mint/token-defects.ts';
import { useEmulator } from '../support/emulator.ts';

const bed = await useEmulator();

/** The text of an element with XML entities decoded. */
function textOf(xml: string, element: string): string {
  const text = xml.split(`<${element}>`)[1]?.split(`</${element}>`)[0] ?? '';
  return text.replaceAll('&apos;', "'").replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** Whether a message contains a row's template, with any text for each `{…}`. */
function matches(message: string, template: string): boolean {
  let at = 0;
  for (const literal of template.split(/\{[^}]*\}/)) {
    const found = message.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return true;
}

describe('AssumeRoleWithWebIdentity answers', () => {
  it.each(
    TOKEN_DEFECTS.map(
      fault => [fault.sts.unconfirmed === true ? `${fault.name} (unconfirmed text)` : fault.name, fault] as const,
    ),
  )('%s as the table of token defects states', async (_name, fault) => {
    await bed.registerGitHub();
    const role = await bed.createRole('deploy');
    const token = await bed.mint({}, { faults: [fault.name] });
    const answer = await bed.form({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: 'test',
      WebIdentityToken: token,
    });
    expect(answer.status, answer.text).toBe(fault.sts.status);
    // The rows that STS accepts describe why; the answer has no error.
    const [code, template] = fault.sts.code === 'OK' ? ['', ''] : [fault.sts.code, fault.sts.message];
    expect(textOf(answer.text, 'Code')).toBe(code);
    const message = textOf(answer.text, 'Message');
    expect(matches(message, template), message).toBe(true);
    // Every refusal says what to do, and who has to do it.
    const [decision] = bed.rolecall.decisions.list({ limit: 1 });
    expect(decision?.fixes.length !== 0, JSON.stringify(decision?.steps.at(-1))).toBe(code !== '');
    for (const { title, sentence, patch } of decision?.fixes ?? []) {
      expect(title).toMatch(/^[A-Z][^.]*$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/s);
      expect(patch).toBeUndefined();
    }
  });
});
