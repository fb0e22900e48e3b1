/** Who may mint a token without a user login or a job token, if an admin token is set. */
import type { IncomingHttpHeaders } from 'node:http';
import { isSameSecret, parseCredentials } from '../../kernel/authorization.ts';

export interface MintRights {
  /** Whether the request has the admin token as its bearer token. */
  readonly isAdministrator: boolean;
  /** True for the administrator, and for everybody if no admin token is set or the issuer is open. */
  readonly mayMint: boolean;
}

/** The error message for everybody else. */
export const MINT_REFUSAL =
  'this endpoint requires the admin token, because it mints without a login: send it as the bearer token, or declare the issuer with "open": true';

export function mintRights(
  headers: IncomingHttpHeaders,
  issuer: { readonly open: boolean },
  adminToken: string | undefined,
): MintRights {
  if (adminToken === undefined) return { isAdministrator: false, mayMint: true };
  const isAdministrator = isSameSecret(parseCredentials(headers.authorization, 'bearer') ?? '', adminToken);
  return { isAdministrator, mayMint: isAdministrator || issuer.open };
}
