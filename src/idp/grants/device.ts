/** Device authorization (RFC 8628): a device starts the flow, the user approves it on a page, the device polls. */
import { randomInt } from 'node:crypto';
import { isForeignPage } from '../../kernel/web-origin.ts';
import { authenticate } from './clients.ts';
import type { DeviceAnswer } from './devices.ts';
import { OAuthError } from './oauth-error.ts';
import { page, readLogin } from './page.ts';
import { type Endpoint, type ProviderDeps, scopesOf } from './provider.ts';
import type { Grant } from './sealed-grants.ts';

const LIFETIME = 600;
/** Polling interval in seconds, and its increase after a poll that was too early (slow_down). */
const INTERVAL = 5;
/** Consonants that are not easily confused (RFC 8628 §6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
/** A user code as the user may type it, also in lower case. */
const USER_CODE = /^[ \t]*[A-Za-z]{4}-[A-Za-z]{4}[ \t]*$/;

export const deviceAuthorizationEndpoint: Endpoint = async (request, deps) => {
  const { issuer, form, base, path, address, method, headers } = request;
  if (method === 'GET') return verificationPage(form.get('user_code') ?? '', address);
  if (method === 'POST' && form.has('user_code')) {
    if (isForeignPage(headers)) throw new OAuthError('invalid_request', 'the form was sent from another site');
    return approve(
      deps,
      form.get('user_code') ?? '',
      form.get('deny') === undefined ? readLogin(form) : 'denied',
      issuer.id,
    );
  }
  const { clientId } = await authenticate(request, deps);
  const now = Math.floor(deps.clock.now() / 1000);
  const grant = { issuerId: issuer.id, clientId, scopes: scopesOf(form), claims: {}, authTime: now };
  const code = deps.sealed.create('device-code', grant, LIFETIME);
  const letters = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)] ?? '').join('');
  const userCode = `${letters.slice(0, 4)}-${letters.slice(4)}`;
  deps.devices.add({ code, grant, userCode, until: now + LIFETIME });
  return {
    status: 200,
    body: {
      device_code: code,
      user_code: userCode,
      verification_uri: base + path,
      verification_uri_complete: `${base}${path}?user_code=${userCode}`,
      expires_in: LIFETIME,
      interval: INTERVAL,
    },
  };
};

function verificationPage(userCode: string, action: string): ReturnType<typeof page> {
  return page({ title: 'Connect a device', action, hidden: [], userCode, mayDeny: true, login: 'user-123' });
}

function approve(
  deps: ProviderDeps,
  userCode: string,
  answer: DeviceAnswer,
  issuerId: string,
): ReturnType<typeof page> {
  const now = deps.clock.now() / 1000;
  const device = USER_CODE.test(userCode)
    ? deps.devices.showing(userCode.trim().toUpperCase(), issuerId, now)
    : undefined;
  if (device === undefined) throw new OAuthError('invalid_request', 'no pending device has this code');
  deps.devices.answer(device.code, answer);
  return page({
    title: answer === 'denied' ? 'Access denied for the device' : 'The device is connected',
    note: 'You can close this page.',
  });
}

/** The grant of an approved device; throws the polling errors of RFC 8628 §3.5 until the user approves. */
export function redeemDeviceCode(deps: ProviderDeps, issuerId: string, clientId: string, code: string): Grant {
  const opened = deps.sealed.redeem('device-code', code, issuerId);
  const { grant } = opened;
  if (grant.clientId !== clientId)
    throw new OAuthError('invalid_grant', 'the device code was issued to another client');
  const answer = deps.devices.answerOf(code);
  if (answer === undefined) {
    if (deps.devices.recordPoll(code, deps.clock.now() / 1000, INTERVAL))
      throw new OAuthError('authorization_pending', 'the user has not approved or denied the request yet');
    throw new OAuthError(
      'slow_down',
      `the user has not approved or denied the request yet; increase the polling interval by ${INTERVAL} seconds`,
    );
  }
  deps.sealed.spend(opened);
  deps.devices.remove(code);
  if (answer === 'denied') throw new OAuthError('access_denied', 'the user denied the request');
  return { ...grant, claims: answer };
}
