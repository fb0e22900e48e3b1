/** Who may have a token minted without a user's login or a job token, once an admin token guards the instance. */
import type { IncomingHttpHeaders } from 'node:http';
import { credentialsOf, isSameSecret } from '../../kernel/authorization.ts';
import type { HostedIssuer } from '../issuers/declaration.ts';

export interface MintRights {
  /** The request carries the admin token, as a bearer. */
  readonly isAdministrator: boolean;
  /** The administrator may, and everybody where no admin token is set or the issuer is open. */
  readonly mayMint: boolean;
}

/** What is said to everybody else. */
export const MINT_REFUSAL =
  'this endpoint mints without a login: send the admin token as a bearer, or declare the issuer with "open": true';

export function mintRights(
  headers: IncomingHttpHeaders,
  issuer: Pick<HostedIssuer, 'open'>,
  adminToken: string | undefined,
): MintRights {
  if (adminToken === undefined) return { isAdministrator: false, mayMint: true };
  const isAdministrator = isSameSecret(credentialsOf(headers.authorization, 'bearer') ?? '', adminToken);
  return { isAdministrator, mayMint: isAdministrator || issuer.open };
}
