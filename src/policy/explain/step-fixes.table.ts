/** What to do about a call that a check before or after the policies refused, one row per reason. Its words: no policy edit helps. */
import type { Fix, FixSide, Step } from '../decision.ts';

/** The facts of a refused step that the rows read. */
type Facts = Readonly<Record<string, unknown>>;
type Words = Pick<Fix, 'side' | 'title' | 'sentence'> & Partial<Pick<Fix, 'admits' | 'caution'>>;
type Row = readonly [reasons: string, words: (facts: Facts) => Words | readonly Words[] | undefined];

const words = (side: FixSide, title: string, sentence: string): Words => ({ side, title, sentence });
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);
const quoted = (values: readonly string[]): string => values.map(value => JSON.stringify(value)).join(' or ');

const ID_TOKEN =
  'On GitHub Actions, give the job "permissions: id-token: write" and request the token from ACTIONS_ID_TOKEN_REQUEST_URL (core.getIDToken); on GitLab, declare it under "id_tokens"; in Kubernetes, use a projected service account token with an audience.';

/** Tokens that jobs have for other purposes, by the issuer of the token. */
const runtimeIssuers: ReadonlyMap<string, string> = new Map([
  [
    'https://vstoken.actions.githubusercontent.com',
    'This is the runtime token of the job (ACTIONS_RUNTIME_TOKEN), not an ID token.',
  ],
  ['kubernetes/serviceaccount', 'This is the token of a Secret, not a projected service account token.'],
]);

// biome-ignore format: a table
const rows: readonly Row[] = [
  [
    'unknown-role',
    ({ nearest, swapped }) =>
      swapped === true
        ? words('caller', 'Pass the ARN of the role', 'RoleArn has the ARN of an identity provider: pass the ARN of the role (arn:aws:iam::ACCOUNT:role/NAME); the provider belongs into the trust policy.')
        : typeof nearest === 'string'
          ? words('caller', 'Check the ARN of the role', `Pass the ARN of a role that exists. The nearest one is ${nearest}: use it if it is the role you meant.`)
          : words('caller', 'Check the ARN of the role', 'Pass the ARN of a role that exists, or create the role.'),
  ],
  ['invalid-arn', () => words('caller', 'Pass the ARN of the role', 'Pass a role ARN in the form arn:aws:iam::ACCOUNT:role/NAME.')],
  [
    'unknown-issuer',
    ({ issuer, near, account }) => {
      const runtime = runtimeIssuers.get(text(issuer));
      if (runtime !== undefined) return words('workflow', 'Send an ID token', `${runtime} ${ID_TOKEN}`);
      if (typeof near === 'string')
        return words('provider', 'Register the issuer as the token spells it', `The registered issuer is ${near}; the token has ${text(issuer)}. Register the spelling of the token as an OIDC provider, and use its ARN and keys in the trust policy.`);
      return {
        ...words('provider', 'Register the issuer', `Create an OIDC provider for ${text(issuer)} in account ${text(account)} (CreateOpenIDConnectProvider) if you trust it, and name it in the trust policy of the role.`),
        caution:
          'A provider alone lets in nobody; the trust policies of the account decide which of its subjects may assume a role.',
      };
    },
  ],
  ['wrong-audience', audienceFixes],
  [
    'missing-claim',
    ({ claim, issuer }) => {
      const runtime = runtimeIssuers.get(text(issuer));
      if (runtime !== undefined) return words('workflow', 'Send an ID token', `${runtime} ${ID_TOKEN}`);
      return claim === 'aud'
        ? words('workflow', 'Request the token with an audience', `The token has no audience. Request it for the audience that the provider and the role expect (usually sts.amazonaws.com). ${ID_TOKEN}`)
        : words('workflow', 'Send an ID token', `The token lacks the claim ${text(claim)}, which every ID token has. ${ID_TOKEN}`);
    },
  ],
  ['not-a-jwt', ({ looksLike }) => words('workflow', 'Send an ID token', `${typeof looksLike === 'string' ? `This looks like ${looksLike}, which is no ID token.` : 'AWS accepts a signed JWT, not an access token or a job token.'} ${ID_TOKEN}`)],
  ['several-audiences empty-audience', () => words('workflow', 'Request the token for one audience', 'Request the token for exactly one audience.')],
  ['bad-issuer', () => words('provider', 'Correct the issuer', 'Configure the issuer so that its tokens have an https URL as iss.')],
  ['bad-subject', () => words('provider', 'Correct the subject', 'Configure the issuer so that its tokens have a text as sub.')],
  ['key-ops', () => words('provider', 'Publish the key without key_ops', 'Remove the member key_ops from the published key: AWS does not use a key that has it. "use": "sig" says the same.')],
  ['bad-signature', () => words('provider', 'Publish the key that signs', 'Publish the public key of the key that signed the token, under the kid of the token. If the token was changed after it was signed, request a new one.')],
  ['unknown-kid kid-missing no-usable-key ambiguous-key', () => words('provider', 'Publish the key under its kid', 'Publish the signing key with a kid, and put the same kid into the header of the tokens.')],
  ['weak-key key-use malformed-key certificate-conflict', () => words('provider', 'Publish a usable key', 'Publish an RSA key of at least 2,048 bits, or an EC key, with "use": "sig" and a certificate of its own if it has x5c.')],
  ['no-source unreachable', () => words('provider', 'Make the keys of the issuer available', 'Give Rolecall the key set of the issuer in the configuration, or let it reach the discovery document; the sentence above says what failed.')],
  ['thumbprint', () => words('provider', 'Correct the thumbprints', 'Register the thumbprint of the certificate with which the issuer is served, or none.')],
  ['unknown-provider-id', () => words('caller', 'Leave out ProviderId', 'Leave out ProviderId: an ID token names its issuer itself.')],
  ['unknown-opaque-token', () => words('caller', 'Declare the access token', 'Declare the access token in the configuration (sts.opaqueTokens), or send an ID token without ProviderId.')],
  ['constraint', () => words('caller', 'Correct the parameters', 'Correct the parameters that the message names.')],
  ['critical-header', () => words('provider', 'Sign without critical extensions', 'Sign the tokens without the header member crit.')],
  ['unsupported-algorithm', () => words('provider', 'Sign with an algorithm that AWS accepts', 'Sign the tokens with RS256, RS384, RS512, ES256, ES384 or ES512.')],
  ['expired-token', () => words('workflow', 'Request a new token', 'Request the token just before the call: it is valid for minutes only.')],
  ['issued-in-future not-yet-valid invalid-timestamp', () => words('provider', 'Correct the times of the token', 'Set the clock of the issuer: iat and nbf must not be after the time of AWS, and all times are whole seconds.')],
  ['roles-claim', () => words('provider', 'Name the role in the roles claim', 'Add the ARN of the role to the claim https://aws.amazon.com/roles of the token, or assume a role that the claim names.')],
  ['bad-tags bad-source-identity', () => words('provider', 'Correct the claims for AWS', 'Write the claims https://aws.amazon.com/tags and https://aws.amazon.com/source_identity in the format of the AWS documentation.')],
  ['region-disabled', () => words('caller', 'Use another region', 'Call the endpoint of a region in which STS is active for the account of the role.')],
  ['root-caller', () => words('caller', 'Call as a user or role', 'Use the credentials of an IAM user or a role; the root user cannot assume roles.')],
  ['federated-caller', () => words('caller', 'Call as a user or role', 'Use the credentials of an IAM user or a role; credentials from GetFederationToken cannot call STS.')],
  [
    'duration-over-role-maximum',
    ({ maximum }) =>
      words('caller', 'Ask for a shorter session', `Pass DurationSeconds ${text(maximum)} or less, or raise MaxSessionDuration of the role.`),
  ],
  ['duration-over-chaining-limit', () => words('caller', 'Ask for a shorter session', 'Pass DurationSeconds 3600 or less: a session of a session lasts at most an hour.')],
  ['packed-policy-too-large packed-tags-too-large', () => words('caller', 'Send less', 'Shorten the session policy or the tags, or pass managed policies by ARN.')],
  ['no-credentials', () => words('caller', 'Sign the call', 'Sign the call with an access key.')],
  ['unknown-key inactive-key deleted-key', () => words('caller', 'Use an access key that exists', 'Use an active access key of this account; a temporary key (ASIA…) needs its session token as well.')],
  ['unknown-session foreign-session expired-session deleted-principal', () => words('caller', 'Get new credentials', 'Get new session credentials, and send the access key id, the secret and the session token of one reply together.')],
  ['session-without-mfa', () => words('caller', 'Get a session with MFA', 'Call GetSessionToken with SerialNumber and TokenCode.')],
  ['signature-mismatch', () => words('caller', 'Check the secret access key', 'Sign with the secret access key that belongs to the access key id.')],
  ['signature-expired signature-in-future', () => words('caller', 'Set the clock', 'Set the clock of the machine that signs the call.')],
];

const byReason = new Map(rows.flatMap(([reasons, make]) => reasons.split(' ').map(reason => [reason, make] as const)));

/** The fixes for a refused step; none where the sentence of the step says it all. */
export function stepFixes(steps: readonly Step[]): readonly Fix[] {
  const failed = steps.findLast(step => !step.ok);
  if (failed === undefined) return [];
  const facts: Facts = typeof failed.detail === 'object' && failed.detail !== null ? { ...failed.detail } : {};
  const found = byReason.get(failed.code)?.(facts);
  return [found ?? []].flat().map(fix => ({ admits: [], ...fix }));
}

/** The audience must be a client ID of the provider, and the trust policy must accept it: an audience that only one accepts is no help. */
function audienceFixes({ accepted, required, actual, isActualAccepted, provider }: Facts): readonly Words[] {
  const fixes: Words[] = [];
  if (list(accepted).length > 0)
    fixes.push(
      words(
        'caller',
        'Request the token for another audience',
        `Request the token with the audience ${quoted(list(accepted).slice(0, 3))}.`,
      ),
    );
  const wanted = isActualAccepted === true ? [text(actual)] : list(accepted).length > 0 ? [] : list(required);
  for (const audience of wanted.slice(0, 1)) {
    const request = audience === actual ? '' : ' and request the token with it';
    fixes.push({
      ...words(
        'provider',
        'Add the audience to the provider',
        `Add the client ID ${JSON.stringify(audience)} to ${text(provider)} (AddClientIDToOpenIDConnectProvider)${request}.`,
      ),
      admits: [
        `tokens for the audience ${JSON.stringify(audience)}, for every role of the account that trusts the provider and accepts it`,
      ],
    });
  }
  if (fixes.length === 0)
    fixes.push(
      words(
        'policy',
        'Make the provider and the role accept one audience',
        'No audience is a client ID of the provider and accepted by the trust policy of the role: add one client ID to both, and request the token with it.',
      ),
    );
  return fixes;
}
