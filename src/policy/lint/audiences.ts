/** The audiences of tokens for AWS: the one that a platform's guide uses, and the claims that contain it. */

/** The audience of an issuer's tokens for AWS; undefined: it does not follow from the issuer. */
type AudienceOf = (issuer: string) => string | undefined;

const none: AudienceOf = () => undefined;
const always =
  (audience: string): AudienceOf =>
  () =>
    audience;

/** Issuers whose tokens for AWS have an audience other than sts.amazonaws.com, by the beginning or a pattern of the issuer. */
const audiences: readonly (readonly [issuer: string | RegExp, audience: AudienceOf])[] = [
  ['app.terraform.io', always('aws.workload.identity')],
  [/^gitlab\.[^/]+$/, issuer => `https://${issuer}`],
  ['oidc.circleci.com/org/', issuer => issuer.slice('oidc.circleci.com/org/'.length)],
  ['oidc.vercel.com/', issuer => `https://vercel.com/${issuer.slice('oidc.vercel.com/'.length)}`],
  [/\.app\.spacelift\.io$/, issuer => issuer],
  ['vstoken.dev.azure.com/', always('api://AzureADTokenExchange')],
  // The audience is a client, a pool, a workspace or an organization, or whatever its owner chose.
  [/^(?:oidc\.vercel\.com|api\.pulumi\.com\/oidc|accounts\.google\.com)$/, none],
  [/^(?:api\.bitbucket\.org|login\.microsoftonline\.com|sts\.windows\.net|securetoken\.google\.com)\//, none],
  [/^cognito-(?:identity|idp)\./, none],
  [/\.(?:auth0\.com|okta\.com|oktapreview\.com|onelogin\.com)(?:\/|$)/, none],
  [/^(?:www\.amazon\.com|graph\.facebook\.com)$/, none],
];

export function usualAudience(issuer: string): string | undefined {
  const row = audiences.find(([name]) => (typeof name === 'string' ? issuer.startsWith(name) : name.test(issuer)));
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
