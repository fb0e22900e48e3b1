/** Pagination: every member once and in order, for any page size, also when members change between pages. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/iam/paging.ts';
import { answerOf } from '../parity/iam-rows.ts';
import { send } from './fixtures.ts';
import { createHarness } from './harness.ts';

const same = (text: string): string => text;

it('all pages together are the whole list', () => {
  const lists = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 60 }).map(all => all.sort());
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 70 }), (all, MaxItems) => {
      const seen: string[] = [];
      let marker: string | undefined;
      do {
        const { members, more } = pageOf(all, { MaxItems, ...(marker === undefined ? {} : { Marker: marker }) }, same);
        expect(members.length).toBeLessThanOrEqual(MaxItems);
        seen.push(...members);
        marker = more.IsTruncated ? more.Marker : undefined;
      } while (marker !== undefined);
      expect(seen).toEqual(all);
    }),
  );
});

it('continues after a member that was deleted in between', () => {
  const { more } = pageOf(['a', 'b', 'c'], { MaxItems: 2 }, same);
  expect(more.IsTruncated && pageOf(['a', 'c'], { Marker: more.Marker }, same).members).toEqual(['c']);
});

describe('over the API', () => {
  it('100 by default, 1,000 at most, sorted by name without letter case', async () => {
    const harness = createHarness();
    for (let index = 0; index < 105; index++) {
      const UserName = `${index % 2 === 0 ? 'User' : 'user'}${String(index).padStart(3, '0')}`;
      await send(harness, 'CreateUser', { UserName });
    }
    const first = await send(harness, 'ListUsers');
    expect(first['Users']).toHaveLength(100);
    expect(first['IsTruncated']).toBe(true);
    const rest = await send(harness, 'ListUsers', { Marker: first['Marker'] });
    expect(rest).toMatchObject({ IsTruncated: false });
    const names = [first, rest].flatMap(page =>
      (page['Users'] as { UserName: string }[]).map(user => user.UserName.toLowerCase()),
    );
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(106);
    expect(await answerOf(send(harness, 'ListUsers', { MaxItems: 1001 }))).toMatchObject({ code: 'ValidationError' });
  });

  it('an invalid marker is refused (text unconfirmed)', async () => {
    expect(await answerOf(send(createHarness(), 'ListUsers', { Marker: 'not a marker' }))).toMatchObject({
      code: 'ValidationError',
      message: 'Invalid Marker.',
    });
  });

  it('paths filter by prefix', async () => {
    const harness = createHarness();
    for (const [UserName, Path] of [
      ['a', '/x/'],
      ['b', '/x/y/'],
      ['c', '/'],
    ])
      await send(harness, 'CreateUser', { UserName, Path });
    const { Users } = await send(harness, 'ListUsers', { PathPrefix: '/x/' });
    expect(Users).toMatchObject([{ UserName: 'a' }, { UserName: 'b' }]);
  });
});
