/** The audiences of tokens for AWS: the one that a platform's guide uses, and the claims that contain it. */

/** The audience of an issuer's tokens for AWS; undefined: it does not follow from the issuer. */
type AudienceOf = (issuer: string) => string | undefined;

const none: AudienceOf = () => undefined;
const always =
  (audience: string): AudienceOf =>
  () =>
    audience;

/** Issuers whose tokens for AWS have an audience other than sts.amazonaws.com. */
const audiences: readonly (readonly [issuer: (issuer: string) => boolean, audience: AudienceOf])[] = [
  [issuer => issuer === 'app.terraform.io', always('aws.workload.identity')],
  [issuer => /^gitlab\.[^/]+$/.test(issuer), issuer => `https://${issuer}`],
  [issuer => issuer.startsWith('oidc.circleci.com/org/'), issuer => issuer.slice('oidc.circleci.com/org/'.length)],
  [
    issuer => issuer.startsWith('oidc.vercel.com/'),
    issuer => `https://vercel.com/${issuer.slice('oidc.vercel.com/'.length)}`,
  ],
  [issuer => issuer.endsWith('.app.spacelift.io'), issuer => issuer],
  [issuer => issuer.startsWith('vstoken.dev.azure.com/'), always('api://AzureADTokenExchange')],
  // The audience is a client, a pool, a workspace or an organization, or whatever its owner chose.
  [
    issuer =>
      /^(?:oidc\.vercel\.com|api\.pulumi\.com\/oidc|accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com)$/.test(
        issuer,
      ),
    none,
  ],
  [
    issuer =>
      /^(?:api\.bitbucket\.org|login\.microsoftonline\.com|sts\.windows\.net|securetoken\.google\.com)\//.test(issuer),
    none,
  ],
  [issuer => /^cognito-(?:identity|idp)\./.test(issuer), none],
  [issuer => /\.(?:auth0\.com|okta\.com|oktapreview\.com|onelogin\.com)(?:\/|$)/.test(issuer), none],
];

export function usualAudience(issuer: string): string | undefined {
  const row = audiences.find(([matches]) => matches(issuer));
  return row === undefined ? 'sts.amazonaws.com' : row[1](issuer);
}

/** Claims that name the application, of issuers other than OIDC providers in IAM. */
const claims: ReadonlyMap<string, readonly string[]> = new Map([
  ['accounts.google.com', ['aud', 'oaud']],
  ['www.amazon.com', ['app_id', 'aud']],
  ['graph.facebook.com', ['app_id', 'aud']],
]);

/** The claims of which one must be limited, so that only tokens for this application are accepted. */
export const audienceClaims = (issuer: string): readonly string[] => claims.get(issuer.toLowerCase()) ?? ['aud'];
