/** Parses and creates Amazon Resource Names. Source: IAM User Guide, reference_identifiers. */

/** The six parts of an ARN; `resource` keeps every colon and slash after the fifth colon. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Parses `arn:partition:service:region:account:resource`; undefined if the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const parts = splitArn(text);
  if (parts === undefined) return undefined;
  const [prefix, partition, service, region, account, resource] = parts;
  if (prefix !== 'arn' || partition === '' || service === '' || resource === '') return undefined;
  return { partition, service, region, account, resource };
}

/** Splits at the first five colons; undefined if there are fewer. Checks nothing else. */
export function splitArn(text: string): [string, string, string, string, string, string] | undefined {
  const a = text.indexOf(':');
  const b = a === -1 ? -1 : text.indexOf(':', a + 1);
  const c = b === -1 ? -1 : text.indexOf(':', b + 1);
  const d = c === -1 ? -1 : text.indexOf(':', c + 1);
  const e = d === -1 ? -1 : text.indexOf(':', d + 1);
  if (e === -1) return undefined;
  return [
    text.slice(0, a),
    text.slice(a + 1, b),
    text.slice(b + 1, c),
    text.slice(c + 1, d),
    text.slice(d + 1, e),
    text.slice(e + 1),
  ];
}

/** An IAM ARN (`arn:aws:iam::ACCOUNT:RESOURCE`). */
export const iamArn = (account: string, resource: string): string => `arn:aws:iam::${account}:${resource}`;

/** An STS ARN (`arn:aws:sts::ACCOUNT:RESOURCE`). */
export const stsArn = (account: string, resource: string): string => `arn:aws:sts::${account}:${resource}`;
