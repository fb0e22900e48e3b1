/** `rolecall token`: mints a token on a running emulator. */
import type { Minted } from '../idp/types.ts';
import { defined } from '../kernel/defined.ts';
import { parseClaimOptions, parseHeaderOptions } from './claims.ts';
import { callControlApi, print } from './output.ts';

interface TokenOptions {
  readonly audience?: string;
  readonly claim: Readonly<Record<string, unknown>>;
  readonly removeClaim: readonly string[];
  readonly header: Readonly<Record<string, unknown>>;
  readonly fault: readonly string[];
  readonly expiresIn?: number;
  readonly json?: boolean;
  readonly url: string;
}

export async function tokenCommand(issuer: string, options: TokenOptions): Promise<void> {
  const minted = (await callControlApi(options.url, '/tokens', {
    issuer,
    claims: await parseClaimOptions(options.url, issuer, options.claim),
    headers: parseHeaderOptions(options.header),
    removeClaims: options.removeClaim,
    ...defined({ audience: options.audience, expiresIn: options.expiresIn }),
    ...(options.fault.length === 0 ? {} : { faults: options.fault }),
  })) as Minted;
  print(options.json === true ? JSON.stringify(minted, null, 2) : minted.token);
}
