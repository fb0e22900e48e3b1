/** The defects that a token can be minted with, under the names of the control API; a test compares them with its table. */

export interface TokenDefect {
  readonly name: string;
  readonly description: string;
}

export const tokenDefects: readonly TokenDefect[] = [
  { name: 'expired', description: 'exp is one hour in the past, and iat is before exp' },
  { name: 'not-yet-valid', description: 'nbf is one hour in the future' },
  { name: 'issued-in-future', description: 'iat is one hour in the future' },
  { name: 'wrong-audience', description: 'aud (and azp, if present) is not a registered client ID' },
  { name: 'wrong-issuer', description: 'iss is not the issuer whose key signs the token' },
  { name: 'unknown-kid', description: 'kid is not in the key set' },
  { name: 'no-kid', description: 'the header has no kid; accepted only when the issuer publishes a single key' },
  { name: 'wrong-key', description: 'signed with a different key than the one that kid names' },
  { name: 'tampered-signature', description: 'one bit of the signature is flipped' },
  { name: 'tampered-payload', description: 'sub is changed after the token is signed' },
  { name: 'alg-none', description: 'alg is none and the signature is empty (RFC 8725 §2.1)' },
  {
    name: 'hs256-with-public-key',
    description: 'alg is HS256 and the secret is the published public key (RFC 8725 §2.1)',
  },
  { name: 'crit', description: 'the header lists an unknown critical extension (RFC 7515 §4.1.11)' },
  { name: 'no-iss', description: 'the iss claim is missing' },
  { name: 'no-sub', description: 'the sub claim is missing' },
  { name: 'no-aud', description: 'the aud claim is missing' },
  { name: 'no-iat', description: 'the iat claim is missing' },
  { name: 'no-exp', description: 'the exp claim is missing' },
  { name: 'null-sub', description: 'sub is JSON null' },
  { name: 'fractional-exp', description: 'exp is a fraction' },
  { name: 'null-iat', description: 'iat is JSON null' },
  { name: 'two-audiences', description: 'aud has two values and there is no azp' },
  {
    name: 'duplicate-claims',
    description: 'sub occurs twice in the payload; the last value is used (RFC 8259 §4 does not define which)',
  },
  { name: 'oversized', description: 'the token is longer than the limit of 20,000 characters in STS' },
];
