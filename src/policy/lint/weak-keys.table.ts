/** Condition keys that do not say who calls, and why: the end of a sentence. A key that ends with `/` has a name after it. */

export const weakKeys: ReadonlyMap<string, string> = new Map([
  ['sts:externalid', 'an external ID is a shared value: everyone who knows it can call'],
  ['aws:sourceip', 'its address ranges include those of many networks'],
  ['aws:principalarn', 'it matches principals of every account'],
  ['aws:useragent', 'the caller chooses it'],
  ['aws:referer', 'the caller chooses it'],
  ['sts:rolesessionname', 'the caller chooses it'],
  ['sts:sourceidentity', 'the caller chooses it'],
  ['aws:requestedregion', 'the caller chooses it'],
  ['aws:securetransport', 'every caller can use TLS'],
  ['aws:multifactorauthpresent', 'principals of every account can use MFA'],
  ['aws:multifactorauthage', 'principals of every account can use MFA'],
  ['aws:principaltag/', 'every account can tag its own principals'],
  ['aws:requesttag/', 'the caller chooses it'],
  ['aws:username', 'every account can have a user of that name'],
  ['aws:principaltype', 'every account has principals of that type'],
  ['aws:vpcsourceip', 'every account can have a VPC with that address'],
]);
