/**
 * Forms of Resource that IAM refuses when an identity policy is written, with its messages. A resource is accepted when a
 * wildcard or variable in it can match an allowed value.
 */
import { splitArn } from '../aws/arn.ts';

const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];
/** Not in AWS's message, but in AWS's own policies (AssumeRoot) and later additions to the service. */
const IAM_OTHERS = ['root', 'context-provider/', 'delegation-request/'];

interface ArnParts {
  /** As written. */
  readonly text: string;
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

interface Form {
  fits(parts: ArnParts): boolean;
  message(parts: ArnParts): string;
}

const FORMS: readonly Form[] = [
  {
    fits: ({ partition }) => partition.startsWith('aws') || isOpen(partition),
    message: ({ text, partition }) => `Partition "${partition}" is not valid for resource "${text}".`,
  },
  {
    fits: ({ service }) => !isOpen(service),
    message: () => 'Resource vendor must be fully qualified and cannot contain regexes.',
  },
  {
    fits: ({ service, region }) => service !== 'iam' || region === '' || isOpen(region),
    message: ({ text }) => `IAM resource ${text} cannot contain region information.`,
  },
  {
    // Access points and jobs have a region and an account.
    fits: ({ service, region, account }) => service !== 's3' || region === '' || isOpen(region) || account !== '',
    message: ({ text }) => `Resource ${text} can not contain region information.`,
  },
  {
    fits: ({ service, resource }) =>
      service !== 'iam' || [...IAM_PATHS, ...IAM_OTHERS].some(path => canMatchPrefix(resource, path)),
    message: () => `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`,
  },
];

/** IAM's message for a Resource that it refuses; undefined for one that it accepts. */
export function resourceError(text: string): string | undefined {
  if (text === '*') return undefined;
  // A variable can contain colons and can become any text, so it is treated as a wildcard.
  const arn = splitArn(text.replace(/\$\{[^{}]*\}/g, '*'));
  if (arn === undefined) return isOpen(text) ? undefined : LEGACY;
  const [, partition, service, region, account, resource] = arn;
  if (service === '') return LEGACY;
  const parts = { text, partition, service, region, account, resource };
  return FORMS.find(form => !form.fits(parts))?.message(parts);
}

const LEGACY = 'The policy failed legacy parsing';

const isOpen = (text: string): boolean => /[*?$]/.test(text);

/** Whether a pattern can match a text with this prefix. */
function canMatchPrefix(pattern: string, start: string): boolean {
  const at = pattern.search(/[*?]/);
  return pattern.startsWith(start) || (at !== -1 && start.startsWith(pattern.slice(0, at)));
}
