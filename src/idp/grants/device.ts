/** Device authorization (RFC 8628): a device asks, a person approves on a page, the device polls. */
import { randomInt } from 'node:crypto';
import { isForeignPage } from '../../kernel/web-origin.ts';
import { authenticate } from './clients.ts';
import type { DeviceAnswer } from './devices.ts';
import { OAuthError } from './oauth-error.ts';
import { page, readLogin } from './page.ts';
import { type Endpoint, type ProviderDeps, scopesOf } from './provider.ts';
import type { Grant } from './sealed.ts';

const LIFETIME = 600;
/** Seconds that a device waits between two polls, and by which it waits longer once it came too soon. */
const INTERVAL = 5;
/** Consonants without look-alikes (RFC 8628 §6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
/** As somebody may type it: in small letters too. */
const USER_CODE = /^[ \t]*[A-Za-z]{4}-[A-Za-z]{4}[ \t]*$/;

export const deviceAuthorizationEndpoint: Endpoint = (request, deps) => {
  const { issuer, form, base, path, address, method, headers } = request;
  if (method === 'GET') return verificationPage(form.get('user_code') ?? '', address);
  if (method === 'POST' && form.has('user_code')) {
    if (isForeignPage(headers)) throw new OAuthError('invalid_request', 'the page was sent from another site');
    return approve(
      deps,
      form.get('user_code') ?? '',
      form.get('deny') === undefined ? readLogin(form) : 'denied',
      issuer.id,
    );
  }
  const { clientId } = authenticate(request);
  const now = Math.floor(deps.clock.now() / 1000);
  const grant = { issuerId: issuer.id, clientId, scopes: scopesOf(form), claims: {}, authTime: now };
  const code = deps.sealed.make('device-code', grant, LIFETIME);
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
  if (device === undefined) throw new OAuthError('invalid_request', 'no device waits with this code');
  deps.devices.answer(device.code, answer);
  return page({
    title: answer === 'denied' ? 'The device was refused' : 'The device is connected',
    note: 'You can close this page.',
  });
}

/** The grant of a device whose user has approved; throws what a polling device is told until then (RFC 8628 §3.5). */
export function redeemDevice(deps: ProviderDeps, issuerId: string, clientId: string, code: string): Grant {
  const opened = deps.sealed.redeem('device-code', code, issuerId);
  const { grant } = opened;
  if (grant.clientId !== clientId) throw new OAuthError('invalid_grant', 'the device code is of another client');
  const answer = deps.devices.answerTo(code);
  if (answer === undefined) {
    if (deps.devices.polled(code, deps.clock.now() / 1000, INTERVAL))
      throw new OAuthError('authorization_pending', 'the user has not answered yet');
    throw new OAuthError('slow_down', `the user has not answered yet; wait ${INTERVAL} seconds more between polls`);
  }
  deps.sealed.spend(opened);
  deps.devices.remove(code);
  if (answer === 'denied') throw new OAuthError('access_denied', 'the user refused');
  return { ...grant, claims: answer };
}
