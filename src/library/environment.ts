/** Sets the environment variables that direct the SDKs of this process and its children to an instance, and restores them. */

/** Variables of a developer's shell that would override the settings of the instance. */
const CONFLICTING = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/** Sets the variables and removes conflicting ones. Returns a function that restores the previous values. */
export function applyEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const names = [...CONFLICTING, ...Object.keys(variables)];
  const before = new Map(names.map(name => [name, process.env[name]]));
  for (const name of names) write(name, variables[name]);
  return () => {
    for (const [name, value] of before) write(name, value);
  };
}

function write(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
