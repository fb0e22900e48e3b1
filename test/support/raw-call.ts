/** A call with headers that `fetch` does not let a program set: Host, Origin and Sec-Fetch-Site. */
import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface RawCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one request; does not follow redirects. */
export function rawCall(
  address: string | URL,
  { method = 'GET', headers = {}, body }: RawCall = {},
): Promise<RawAnswer> {
  return new Promise((done, fail) => {
    const sent = request(address, { method, headers }, answer => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', chunk => {
        text += chunk;
      });
      answer.on('end', () => done({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
