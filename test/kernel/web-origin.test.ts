/** The origin of a request by its browser headers; each row is what a browser or another client sends. */
import { describe, expect, it } from 'vitest';
import { isForeignNavigation, isForeignPage, isFromPage } from '../../src/kernel/web-origin.ts';

const HOST = 'localhost:4592';

describe('isForeignPage', () => {
  it.each([
    ['a program', {}, false],
    ['a user who typed the address', { 'sec-fetch-site': 'none' }, false],
    ['a page of this server', { origin: 'http://localhost:4592', 'sec-fetch-site': 'same-origin' }, false],
    ['a page of this server behind a proxy with TLS', { origin: 'https://localhost:4592' }, false],
    ['a page of this server, in another case', { origin: 'http://LOCALHOST:4592' }, false],
    ['a link on a page of this server', { 'sec-fetch-site': 'same-origin' }, false],
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, true],
    ['another site whose browser sends no Sec-Fetch-Site', { origin: 'https://evil.example' }, true],
    ['a link or picture on another site', { 'sec-fetch-site': 'cross-site' }, true],
    ['another port of this machine', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }, true],
    ['another port, without Sec-Fetch-Site', { origin: 'http://localhost:3000' }, true],
    ['another name of this machine', { origin: 'http://127.0.0.1:4592' }, true],
    ['a sandboxed frame or a file', { origin: 'null' }, true],
    ['contradictory headers', { origin: 'http://localhost:4592', 'sec-fetch-site': 'cross-site' }, true],
    [
      'headers that contradict each other, the other way',
      { origin: 'https://evil.example', 'sec-fetch-site': 'none' },
      true,
    ],
    ['two origins', { origin: 'http://localhost:4592, https://evil.example' }, true],
    ['an unknown value of Sec-Fetch-Site', { 'sec-fetch-site': 'Same-Origin' }, true],
    ['an empty origin', { origin: '' }, true],
    ['an origin without a host', { origin: 'file://' }, true],
  ])('%s', (_, headers, expected) => {
    expect(isForeignPage({ host: HOST, ...headers })).toBe(expected);
  });

  it('treats the default port as no port', () => {
    expect(isForeignPage({ host: 'rolecall', origin: 'http://rolecall:80' })).toBe(false);
    expect(isForeignPage({ host: 'rolecall:443', origin: 'https://rolecall' })).toBe(false);
    expect(isForeignPage({ host: 'rolecall:80', origin: 'https://rolecall' })).toBe(true);
  });

  it('accepts an allowed origin and no other', () => {
    const allowed = new Set(['http://localhost:3000']);
    const of = (origin: string) => isForeignPage({ host: HOST, origin, 'sec-fetch-site': 'same-site' }, allowed);
    expect([of('http://localhost:3000'), of('http://localhost:3001'), of('https://localhost:3000')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('isForeignNavigation', () => {
  it.each([
    ['a program', {}, false],
    ['a user who typed the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, false],
    [
      'a script of this server',
      { origin: 'http://localhost:4592', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
      false,
    ],
    [
      'a link on, or a redirect of, a page of this server',
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' },
      true,
    ],
    ['another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, true],
  ])('%s', (_, headers, expected) => {
    expect(isForeignNavigation({ host: HOST, ...headers })).toBe(expected);
  });
});

describe('isFromPage', () => {
  it.each([
    ['a program', {}, false],
    ['a user who typed the address', { 'sec-fetch-site': 'none' }, false],
    ['a page of this server', { origin: 'http://localhost:4592' }, true],
    ['a page of this server by a link', { 'sec-fetch-site': 'same-origin' }, true],
    ['another site', { 'sec-fetch-site': 'cross-site' }, true],
  ])('%s', (_, headers, expected) => {
    expect(isFromPage({ host: HOST, ...headers })).toBe(expected);
  });
});
