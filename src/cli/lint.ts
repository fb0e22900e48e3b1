/** `rolecall lint`: prints findings about a policy document; needs no server. */

import type { PolicyKind } from '../policy/decision.ts';
import { lint } from '../policy/index.ts';
import { colorize, print, readText } from './output.ts';

const STYLES = { error: 'red', warning: 'yellow', info: 'dim' } as const;

export async function lintCommand(
  file: string,
  options: { readonly kind: PolicyKind; readonly json?: boolean },
): Promise<void> {
  const findings = await lint(readText(file), options.kind);
  if (options.json === true) print(JSON.stringify(findings, null, 2));
  else if (findings.length === 0) print('no findings');
  else {
    for (const { path, severity, code, message, fix } of findings) {
      print(
        `${colorize(STYLES[severity], severity)} ${path === '' ? '(document)' : path} ${message} ${colorize('dim', `[${code}]`)}`,
      );
      if (fix !== undefined) print(colorize('cyan', `  fix: ${fix.sentence}`));
    }
  }
  process.exitCode = findings.some(finding => finding.severity === 'error') ? 1 : 0;
}
