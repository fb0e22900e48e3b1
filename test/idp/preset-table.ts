/** Generates the preset page of the documentation: `UPDATE_DOCS=1 vitest run test/idp/preset-table.test.ts`. */
import { TOKEN_DEFECTS } from '../../src/idp/mint/token-defects.ts';
import type { AwsUse, Preset } from '../../src/idp/presets/row.ts';
import { PRESETS } from '../../src/idp/presets.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${cell(text)}\``;

const lifetime = (preset: Preset): string =>
  typeof preset.lifetime === 'number' ? `${preset.lifetime} s` : 'depends on its claims';
const notBefore = (preset: Preset): string =>
  preset.notBefore === undefined ? 'none' : preset.notBefore === 0 ? 'iat' : `iat${preset.notBefore}`;

const AWS: Readonly<Record<AwsUse['kind'], (use: AwsUse) => string>> = {
  accepted: () => 'accepted',
  'built-in': use => (use.kind === 'built-in' ? `built-in: ${code(use.federated)}` : ''),
  refused: use => ('why' in use ? `refused: ${use.why}` : ''),
  'other-operation': use => ('why' in use ? `not as a JWT: ${use.why}` : ''),
};

function section(preset: Preset): readonly string[] {
  const inputs = (preset.inputs ?? []).filter(row => row.example !== undefined).map(row => code(row.name));
  return [
    `### ${preset.id}`,
    '',
    `${preset.title}. ${preset.verification === 'exact' ? '' : '**Unconfirmed.** '}Delivery: ${preset.delivery}.`,
    '',
    '| when | sub |',
    '|---|---|',
    ...preset.subjects.map(
      form => `| ${cell(form.when)} | ${typeof form.form === 'string' ? code(form.form) : 'as configured'} |`,
    ),
    '',
    ...(preset.parameters === undefined
      ? []
      : [
          `Parameters of the iss: ${Object.entries(preset.parameters)
            .map(([name, value]) => `${code(name)} (${code(value)})`)
            .join(', ')}.`,
          '',
        ]),
    ...(inputs.length === 0 ? [] : [`Additional inputs: ${inputs.join(', ')}.`, '']),
    ...(preset.unconfirmed.length === 0 ? [] : [`Unconfirmed: ${preset.unconfirmed.join('; ')}.`, '']),
    `Sources: ${preset.sources.map(source => `<${source}>`).join(', ')}`,
    '',
  ];
}

export function presetTable(): string {
  return [
    '# Issuer presets',
    '',
    'This page is generated from the table in `src/idp/presets.ts`; a test fails when they differ.',
    '',
    'Presets marked *unconfirmed* are derived from public documentation; *exact* presets are tested against a client or a recorded token.',
    '',
    '| preset | iss | default audience | alg | lifetime | nbf | status | AssumeRoleWithWebIdentity |',
    '|---|---|---|---|---|---|---|---|',
    ...PRESETS.map(preset =>
      [
        '',
        ` [${preset.id}](#${preset.id}) `,
        ` ${code(preset.issuer)} `,
        ` ${preset.audience === null ? 'none, required' : code(preset.audience)} `,
        ` ${preset.token === 'opaque' ? 'opaque' : preset.alg} `,
        ` ${lifetime(preset)} `,
        ` ${notBefore(preset)} `,
        ` ${preset.verification} `,
        ` ${cell(AWS[preset.aws.kind](preset.aws))} `,
        '',
      ].join('|'),
    ),
    '',
    '## Token defects',
    '',
    'Each defect makes a token invalid in one way; the last column is the answer of AWS.',
    '',
    '| defect | token | answer of STS |',
    '|---|---|---|',
    ...TOKEN_DEFECTS.map(fault => {
      const { status, code: error, message, unconfirmed } = fault.sts;
      return `| ${code(fault.name)} | ${cell(fault.description)} | ${status} ${code(error)} ${cell(message)}${unconfirmed === true ? ' (unconfirmed)' : ''} |`;
    }),
    '',
    '## Presets',
    '',
    ...PRESETS.flatMap(section),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
