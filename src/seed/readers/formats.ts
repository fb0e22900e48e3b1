/** The supported import formats: how each is detected, and the function that reads it. */
import { isAuthorizationDetails, readAuthorizationDetails } from './authorization-details.ts';
import { isTemplate, readTemplate } from './cloudformation.ts';
import type { Draft } from './draft.ts';
import { isProvider, isProviderList, readProvider, readProviderList } from './oidc-providers.ts';
import { isTerraform, readTerraform } from './terraform.ts';
import { member } from './values.ts';

interface Format {
  /** Value of `--format`. */
  readonly name: string;
  readonly title: string;
  matches(value: unknown): boolean;
  /** `stem`: the file name without directory and extension. */
  read(value: unknown, draft: Draft, stem: string): void;
}

export const FORMATS: readonly Format[] = [
  {
    name: 'account',
    title: 'aws iam get-account-authorization-details',
    matches: isAuthorizationDetails,
    read: readAuthorizationDetails,
  },
  {
    name: 'oidc-providers',
    title: 'aws iam list-open-id-connect-providers and get-open-id-connect-provider',
    matches: value => isProviderList(value) || isProvider(value),
    read: (value, draft) => (isProviderList(value) ? readProviderList(value, draft) : readProvider(value, draft)),
  },
  {
    name: 'terraform',
    title: 'terraform show -json of a state or a plan',
    matches: isTerraform,
    read: readTerraform,
  },
  {
    name: 'cloudformation',
    title: 'a CloudFormation or SAM template',
    matches: isTemplate,
    read: readTemplate,
  },
];

/** Explains which file to use instead of a known but unsupported one. */
export function explainUnsupportedFormat(value: unknown): string | undefined {
  if (member(value, 'SAMLProviderList') !== undefined || member(value, 'SAMLMetadataDocument') !== undefined)
    return 'SAML providers are not supported: declare them under samlProviders with their metadata';
  if (member(value, 'terraform_version') !== undefined && member(value, 'serial') !== undefined)
    return 'raw Terraform state is not supported: use the output of terraform show -json';
  return undefined;
}
