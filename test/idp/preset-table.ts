/** The preset table of the documentation, written from the rows: `UPDATE_DOCS=1 vitest run test/idp/preset-table.test.ts`. */
import { TOKEN_DEFECTS } from '../../src/idp/mint/token-defects.ts';
import type { AwsUse, Preset } from '../../src/idp/presets/row.ts';
import { PRESETS } from '../../src/idp/presets.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${cell(text)}\``;

const lifetime = (preset: Preset): string =>
  typeof preset.lifetime === 'number' ? `${preset.lifetime} s` : 'by its claims';
const notBefore = (preset: Preset): string =>
  preset.notBefore === undefined ? 'none' : preset.notBefore === 0 ? 'iat' : `iat${preset.notBefore}`;

const AWS: Readonly<Record<AwsUse['kind'], (use: AwsUse) => string>> = {
  accepted: () => 'accepted',
  'built-in': use => (use.kind === 'built-in' ? `built in: ${code(use.federated)}` : ''),
  refused: use => ('why' in use ? `refused: ${use.why}` : ''),
  'other-operation': use => ('why' in use ? `other way: ${use.why}` : ''),
};

function section(preset: Preset): readonly string[] {
  const inputs = (preset.inputs ?? []).filter(row => row.example !== undefined).map(row => code(row.name));
  return [
    `### ${preset.id}`,
    '',
    `${preset.title}. ${preset.standing === 'exact' ? '' : '**Unconfirmed.** '}Delivered by ${preset.delivery}.`,
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
    ...(inputs.length === 0 ? [] : [`Further inputs: ${inputs.join(', ')}.`, '']),
    ...(preset.unconfirmed.length === 0 ? [] : [`Not confirmed: ${preset.unconfirmed.join('; ')}.`, '']),
    `Sources: ${preset.sources.map(source => `<${source}>`).join(', ')}`,
    '',
  ];
}

export function presetTable(): string {
  return [
    '# Issuer presets',
    '',
    'This page is written from the table in `src/idp/presets.ts`; a test fails when they differ.',
    '',
    'A row marked *unconfirmed* is a best reading of public facts; *exact* rows are tested against client or recorded shape.',
    '',
    '| preset | iss | default audience | alg | lifetime | nbf | standing | AssumeRoleWithWebIdentity |',
    '|---|---|---|---|---|---|---|---|',
    ...PRESETS.map(preset =>
      [
        '',
        ` [${preset.id}](#${preset.id}) `,
        ` ${code(preset.issuer)} `,
        ` ${preset.audience === null ? 'must be named' : code(preset.audience)} `,
        ` ${preset.token === 'opaque' ? 'opaque' : preset.alg} `,
        ` ${lifetime(preset)} `,
        ` ${notBefore(preset)} `,
        ` ${preset.standing} `,
        ` ${cell(AWS[preset.aws.kind](preset.aws))} `,
        '',
      ].join('|'),
    ),
    '',
    '## Faults',
    '',
    'Each makes a token that is wrong in one way; the last column is what AWS answers to it.',
    '',
    '| fault | the token | STS answers |',
    '|---|---|---|',
    ...TOKEN_DEFECTS.map(fault => {
      const { status, code: error, message, unconfirmed } = fault.sts;
      return `| ${code(fault.name)} | ${cell(fault.says)} | ${status} ${code(error)} ${cell(message)}${unconfirmed === true ? ' (unconfirmed)' : ''} |`;
    }),
    '',
    '## Rows',
    '',
    ...PRESETS.flatMap(section),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
