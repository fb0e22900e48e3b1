/** OIDC providers: allowed URLs, client IDs and thumbprints. The recorded CRUD cases are in test/parity. */
import { describe, expect, it } from 'vitest';
import type { IamSettings } from '../../../src/authorization/deps.ts';
import { parseProviderUrl } from '../../../src/iam/provider-url.ts';
import { answerOf } from '../../parity/iam-rows.ts';
import { arn, send } from '../fixtures.ts';
import { createHarness } from '../harness.ts';

const OpenIDConnectProviderArn = arn('oidc-provider/gitlab.com');

describe('iam.providerUrls', () => {
  const register = async (Url: string, providerUrls: IamSettings['providerUrls']) =>
    answerOf(send(createHarness({ settings: { providerUrls } }), 'CreateOpenIDConnectProvider', { Url }));
  const ALL = ['aws', 'local', 'any'] as const;

  it.each<readonly [string, string, readonly IamSettings['providerUrls'][]]>([
    ['https://gitlab.com', 'gitlab.com', ALL],
    ['https://Example.COM/Realm/', 'Example.COM/Realm/', ALL],
    ['https://example.com:443/x', 'example.com/x', ALL],
    ['HTTPS://example.com', 'example.com', ALL],
    ['https://example.com:8443', 'example.com:8443', ['any']],
    ['http://example.com', 'example.com', ['any']],
    ['https://8.8.8.8', '8.8.8.8', ['any']],
    ['http://localhost:8080/realms/dev', 'localhost:8080/realms/dev', ['local', 'any']],
    ['http://keycloak:8080/realms/dev', 'keycloak:8080/realms/dev', ['local', 'any']],
    ['http://127.0.0.1:4592/idp/x', '127.0.0.1:4592/idp/x', ['local', 'any']],
    ['http://[::1]:4592/idp/x', '[::1]:4592/idp/x', ['local', 'any']],
    ['https://10.1.2.3:6443', '10.1.2.3:6443', ['local', 'any']],
    ['https://172.16.0.1', '172.16.0.1', ['local', 'any']],
    ['https://172.32.0.1', '172.32.0.1', ['any']],
    ['https://192.168.1.1:443', '192.168.1.1', ['local', 'any']],
    ['http://idp.internal', 'idp.internal', ['local', 'any']],
    ['https://oidc.cluster.local:6443', 'oidc.cluster.local:6443', ['local', 'any']],
    ['http://100.64.0.1:8080', '100.64.0.1:8080', ['local', 'any']],
    ['http://[fd00::1]:8080', '[fd00::1]:8080', ['local', 'any']],
    // Always refused: a host that ends in a number, which is not a name (RFC 3696 section 2), and link-local and metadata addresses.
    ...[
      ...['2852039166', '0xa9fea9fe', '0XA9FEA9FE', '0251.0376.0251.0376', '169.254.43518', '0x7f.1', '127.1', 'idp.1'],
      ...[
        '169.254.169.254',
        '169.254.169.254.',
        '127.1.',
        '192.0.0.192',
        '100.100.100.200',
        '168.63.129.16',
        '0.0.0.0',
      ],
      ...['[::ffff:169.254.169.254]', '[::FFFF:A9FE:A9FE]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::]', '[fe80::1]'],
      ...[
        '[::ffff:0:a9fe:a9fe]',
        '[fd00:ec2::254]',
        '[fd20:ce::254]',
        '[fe80::1%eth0]',
        '[fd00::1%eth0]',
        '%31%36%39.254.169.254',
      ],
    ].flatMap(host => ['http', 'https'].map(scheme => [`${scheme}://${host}/x`, '', []] as const)),
    ['ftp://example.com', '', []],
    ['example.com', '', []],
    ['https://', '', []],
    ['https://user@example.com', '', []],
    ['https://exa mple.com', '', []],
    ['https://example.com:99999', '', []],
    ['https://example.com/a b', '', []],
    ['https://-example.com', '', []],
  ])('%s', async (url, resource, allowing) => {
    for (const rule of ALL) {
      const answer = await register(url, rule);
      if (allowing.includes(rule)) {
        expect(answer.output).toEqual({ OpenIDConnectProviderArn: arn(`oidc-provider/${resource}`) });
      } else {
        expect(answer).toMatchObject({
          code: 'ValidationError',
          httpStatus: 400,
          message: 'Invalid Open ID Connect Provider URL',
        });
      }
    }
  });
});

it.each([
  [
    'http://2852039166',
    '2852039166 ends in a number, so it is not a host name; an IPv4 address is four decimal numbers.',
  ],
  [
    'https://169.254.43518/x',
    '169.254.43518 ends in a number, so it is not a host name; an IPv4 address is four decimal numbers.',
  ],
  ['http://169.254.169.254', '169.254.169.254 is a link-local, metadata or reserved address.'],
  ['http://[64:ff9b::a9fe:a9fe]:80', '[64:ff9b::a9fe:a9fe] is a link-local, metadata or reserved address.'],
])('the explanation for %s gives the reason', (url, why) => {
  expect(() => parseProviderUrl(url, 'local')).toThrow(
    expect.objectContaining({
      code: 'ValidationError',
      message: 'Invalid Open ID Connect Provider URL',
      reason: 'provider-url',
      detail: expect.stringContaining(`${why} The setting iam.providerUrls is local: `),
    }),
  );
});

it('the same URL twice is EntityAlreadyExists, with the URL', async () => {
  const harness = createHarness();
  await send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com' });
  expect(await answerOf(send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com:443' }))).toMatchObject(
    {
      code: 'EntityAlreadyExists',
      httpStatus: 409,
      message: 'Provider with url https://gitlab.com already exists.',
    },
  );
});

it('a second client ID applies immediately', async () => {
  const harness = createHarness();
  await send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com', ClientIDList: ['one'] });
  await send(harness, 'AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn, ClientID: 'two' });
  expect(await send(harness, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn })).toMatchObject({
    ClientIDList: ['one', 'two'],
  });
});

it('accepts 100 client IDs and not more', async () => {
  const harness = createHarness();
  const ClientIDList = Array.from({ length: 100 }, (_, index) => `client-${index}`);
  await send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com', ClientIDList });
  const more = (ClientID: string) =>
    answerOf(send(harness, 'AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn, ClientID }));
  expect(await more('client-0')).toMatchObject({ ok: true });
  expect(await more('another')).toMatchObject({
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
  });
});

it('an empty thumbprint list is refused, an omitted one is not', async () => {
  const harness = createHarness();
  const create = (input: object) =>
    answerOf(send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com', ...input }));
  expect(await create({ ThumbprintList: [] })).toMatchObject({
    message: 'Thumbprint list must contain at least one entry.',
  });
  expect(await create({})).toMatchObject({ ok: true });
  expect(await send(harness, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn })).toMatchObject({
    ThumbprintList: [],
  });
});

it('lists all, in one page', async () => {
  const harness = createHarness();
  for (let index = 0; index < 120; index++) {
    await send(harness, 'CreateOpenIDConnectProvider', { Url: `https://idp-${index}.example.com` });
  }
  const { OpenIDConnectProviderList } = await send(harness, 'ListOpenIDConnectProviders');
  expect(OpenIDConnectProviderList).toHaveLength(120);
});

it('tags are sorted, paged and removed, with keys that differ in letter case', async () => {
  const harness = createHarness();
  const Tags = ['b', 'B', 'a'].map(Key => ({ Key, Value: 'v' }));
  await send(harness, 'CreateOpenIDConnectProvider', { Url: 'https://gitlab.com', Tags });
  const list = (input: object) =>
    send(harness, 'ListOpenIDConnectProviderTags', { OpenIDConnectProviderArn, ...input });
  const first = await list({ MaxItems: 2 });
  expect(first).toMatchObject({ IsTruncated: true, Tags: [{ Key: 'B' }, { Key: 'a' }] });
  expect(await list({ Marker: first['Marker'] })).toMatchObject({ IsTruncated: false, Tags: [{ Key: 'b' }] });
  await send(harness, 'UntagOpenIDConnectProvider', { OpenIDConnectProviderArn, TagKeys: ['b'] });
  expect((await list({}))['Tags']).toEqual([
    { Key: 'B', Value: 'v' },
    { Key: 'a', Value: 'v' },
  ]);
});

it.each(['GetOpenIDConnectProvider', 'ListOpenIDConnectProviderTags'])(
  '%s of a text that is not an ARN',
  async operation => {
    const answer = await answerOf(
      send(createHarness(), operation, { OpenIDConnectProviderArn: 'this is not any kind of ARN' }),
    );
    expect(answer).toMatchObject({ code: 'ValidationError', message: 'Invalid ARN:  Could not be parsed!' });
  },
);
