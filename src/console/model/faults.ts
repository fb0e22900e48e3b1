/** The faults a token can be minted with, by the names the control API knows; a test holds them to its table. */

export interface Fault {
  readonly name: string;
  readonly says: string;
}

export const faults: readonly Fault[] = [
  { name: 'expired', says: 'exp lies an hour back, and iat before it' },
  { name: 'not-yet-valid', says: 'nbf lies an hour ahead' },
  { name: 'issued-in-future', says: 'iat lies an hour ahead' },
  { name: 'wrong-audience', says: 'aud (and azp) name a client nobody registered' },
  { name: 'wrong-issuer', says: 'iss is another issuer than the one whose key signs' },
  { name: 'unknown-kid', says: 'kid is in no key set' },
  { name: 'no-kid', says: 'the header has no kid; taken only when the issuer publishes a single key' },
  { name: 'wrong-key', says: 'signed by another key than the one kid names' },
  { name: 'tampered-signature', says: 'one bit of the signature is turned' },
  { name: 'tampered-payload', says: 'sub was changed after the token was signed' },
  { name: 'alg-none', says: 'alg is none and the signature is empty (RFC 8725 §2.1)' },
  { name: 'hs256-with-public-key', says: 'alg is HS256 and the secret is the published public key (RFC 8725 §2.1)' },
  { name: 'crit', says: 'the header names a critical extension nobody knows (RFC 7515 §4.1.11)' },
  { name: 'no-iss', says: 'the claim iss is missing' },
  { name: 'no-sub', says: 'the claim sub is missing' },
  { name: 'no-aud', says: 'the claim aud is missing' },
  { name: 'no-iat', says: 'the claim iat is missing' },
  { name: 'no-exp', says: 'the claim exp is missing' },
  { name: 'null-sub', says: 'sub is JSON null' },
  { name: 'fractional-exp', says: 'exp is a fraction' },
  { name: 'null-iat', says: 'iat is JSON null' },
  { name: 'two-audiences', says: 'aud has two values and there is no azp' },
  {
    name: 'duplicate-claims',
    says: 'sub stands twice in the payload; the last one counts (RFC 8259 §4 leaves it open)',
  },
  { name: 'oversized', says: 'the token is longer than the 20000 characters STS reads' },
];
