/** The conformance tests of a store, for every driver. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Change, type Collection, put, remove, type Store, StoreConflict } from '../../src/store/store.ts';

interface Thing {
  readonly id: string;
  readonly names?: readonly string[];
}

const things: Collection<Thing> = { name: 'things', alias: thing => [thing.id, ...(thing.names ?? [])] };
const plain: Collection<string> = { name: 'plain' };

/** Runs the conformance tests against stores that `open` creates; each test gets a new, empty store. */
export function conformance(driver: string, open: () => Store | Promise<Store>): void {
  describe(`${driver} conforms to the store interface`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const keys = (prefix: string): string[] => store.list(things, prefix).map(({ value }) => value.id);

    describe('reading', () => {
      it('finds nothing in an empty store', () => {
        expect(store.get(things, 'a/1')).toBeUndefined();
        expect(store.find(things, '1')).toBeUndefined();
        expect(store.list(things, '')).toEqual([]);
      });

      it('returns value and version: 1, increased by each put', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        expect(store.get(things, 'a/1')).toEqual({ value: { id: '1' }, version: 1 });
        await store.commit([put(things, 'a/1', { id: '2' })]);
        expect(store.get(things, 'a/1')).toEqual({ value: { id: '2' }, version: 2 });
      });

      it('returns the same object until it is replaced, so that compiled data can be cached', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        expect(store.get(things, 'a/1')?.value).toBe(store.get(things, 'a/1')?.value);
        expect(store.find(things, '1')?.value).toBe(store.get(things, 'a/1')?.value);
        expect(store.list(things, '')[0]?.value).toBe(store.get(things, 'a/1')?.value);
      });

      it('shows a commit immediately after the call, without an await', () => {
        const done = store.commit([put(things, 'a/1', { id: '1' })]);
        expect(store.get(things, 'a/1')?.version).toBe(1);
        return done;
      });

      it('keeps collections apart', async () => {
        await store.commit([put(things, 'k', { id: '1' }), put(plain, 'k', 'text')]);
        expect(store.get(plain, 'k')?.value).toBe('text');
        expect(store.get(things, 'k')?.value).toEqual({ id: '1' });
        expect(store.find(plain, '1')).toBeUndefined();
      });

      it.each(['__proto__', 'constructor', 'toString', '', ' ', 'é/😀', 'a\0b'])('takes %j as a key', async key => {
        expect(store.get(plain, key)).toBeUndefined();
        await store.commit([put(plain, key, 'x')]);
        expect(store.get(plain, key)).toEqual({ value: 'x', version: 1 });
      });
    });

    describe('listing', () => {
      it('lists by prefix, sorted by key (code units)', async () => {
        const order = ['b/1', 'a/2', 'a/10', 'a/é', 'a/A', 'ab/1', 'a/😀', 'a/\uffee'];
        await store.commit(order.map(key => put(things, key, { id: key })));
        expect(keys('a/')).toEqual(['a/10', 'a/2', 'a/A', 'a/é', 'a/😀', 'a/\uffee']);
        expect(keys('a')).toContain('ab/1');
        expect(keys('')).toHaveLength(order.length);
        expect(keys('c')).toEqual([]);
        expect(keys('b/1')).toEqual(['b/1']);
      });

      it('treats pattern characters literally', async () => {
        await store.commit(['a%/1', 'a_/1', 'ab/1', 'a*/1'].map(key => put(things, key, { id: key })));
        expect(keys('a%')).toEqual(['a%/1']);
        expect(keys('a_')).toEqual(['a_/1']);
        expect(keys('a*')).toEqual(['a*/1']);
      });

      it('reflects added, changed and removed entities', async () => {
        await store.commit([put(things, 'a/1', { id: '1' }), put(things, 'a/3', { id: '3' })]);
        expect(keys('a/')).toEqual(['1', '3']);
        await store.commit([put(things, 'a/2', { id: '2' }), put(things, 'a/3', { id: '3b' })]);
        expect(keys('a/')).toEqual(['1', '2', '3b']);
        await store.commit([remove(things, 'a/1')]);
        expect(keys('a/')).toEqual(['2', '3b']);
      });

      it('returns a list that later commits do not change', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        const before = store.list(things, '');
        await store.commit([put(things, 'a/2', { id: '2' })]);
        expect(before).toHaveLength(1);
      });
    });

    describe('aliases', () => {
      it('find an entity by each of its aliases', async () => {
        await store.commit([put(things, 'a/1', { id: 'AROA1', names: ['AKIA1', 'AKIA2'] })]);
        for (const alias of ['AROA1', 'AKIA1', 'AKIA2']) expect(store.find(things, alias)?.value.id).toBe('AROA1');
        expect(store.find(things, 'a/1')).toBeUndefined();
      });

      it('are updated by a put', async () => {
        await store.commit([put(things, 'a/1', { id: '1', names: ['old', 'kept'] })]);
        await store.commit([put(things, 'a/1', { id: '1', names: ['kept', 'new'] })]);
        expect(store.find(things, 'old')).toBeUndefined();
        expect(store.find(things, 'kept')?.version).toBe(2);
        expect(store.find(things, 'new')?.version).toBe(2);
      });

      it('are removed with the entity', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        await store.commit([remove(things, 'a/1')]);
        expect(store.find(things, '1')).toBeUndefined();
      });

      it.each([
        ['deleted first', [remove(things, 'a/old', 1), put(things, 'a/new', { id: '1' }, 0)]],
        ['put first', [put(things, 'a/new', { id: '1' }, 0), remove(things, 'a/old', 1)]],
      ])('move from one entity to another within a commit, %s: a rename', async (_order, changes) => {
        await store.commit([put(things, 'a/old', { id: '1' })]);
        await store.commit(changes);
        expect(store.find(things, '1')).toEqual({ value: { id: '1' }, version: 1 });
        expect(store.get(things, 'a/old')).toBeUndefined();
      });
    });

    describe('expected versions', () => {
      const refused = async (changes: readonly Change[], collection: string, key: string): Promise<void> => {
        const error = await store.commit(changes).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(StoreConflict);
        expect(error).toMatchObject({ name: 'StoreConflict', collection, key });
      };

      it('0 means only if absent', async () => {
        await store.commit([put(things, 'a/1', { id: '1' }, 0)]);
        await refused([put(things, 'a/1', { id: '2' }, 0)], 'things', 'a/1');
        expect(store.get(things, 'a/1')).toEqual({ value: { id: '1' }, version: 1 });
      });

      it('n means only if that is the version', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        await store.commit([put(things, 'a/1', { id: '2' }, 1)]);
        await refused([put(things, 'a/1', { id: '3' }, 1)], 'things', 'a/1');
        await refused([put(things, 'a/2', { id: '3' }, 1)], 'things', 'a/2');
        await refused([remove(things, 'a/1', 1)], 'things', 'a/1');
        await store.commit([remove(things, 'a/1', 2)]);
        expect(store.get(things, 'a/1')).toBeUndefined();
      });

      it('undefined is unconditional: a put replaces, a delete of an absent entity has no effect', async () => {
        await store.commit([remove(things, 'a/1')]);
        await store.commit([put(things, 'a/1', { id: '1' }), put(things, 'a/1', { id: '2' })]);
        expect(store.get(things, 'a/1')?.value.id).toBe('2');
      });

      it('a new entity with a previously used key starts at version 1', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        await store.commit([put(things, 'a/1', { id: '1' })]);
        await store.commit([remove(things, 'a/1')]);
        await store.commit([put(things, 'a/1', { id: '2' }, 0)]);
        expect(store.get(things, 'a/1')?.version).toBe(1);
      });

      it('a conflict changes nothing', async () => {
        await store.commit([put(things, 'a/1', { id: '1', names: ['n'] })]);
        await refused(
          [
            put(things, 'a/0', { id: '0' }),
            put(plain, 'x', 'y'),
            remove(things, 'a/1'),
            put(things, 'a/9', { id: '9' }, 3),
          ],
          'things',
          'a/9',
        );
        expect(keys('')).toEqual(['1']);
        expect(store.find(things, 'n')?.version).toBe(1);
        expect(store.get(plain, 'x')).toBeUndefined();
      });

      it('of two writers that read the same version, one succeeds', async () => {
        await store.commit([put(things, 'a/1', { id: '1' })]);
        const results = await Promise.allSettled([
          store.commit([put(things, 'a/1', { id: 'first' }, 1)]),
          store.commit([put(things, 'a/1', { id: 'second' }, 1)]),
        ]);
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(store.get(things, 'a/1')?.version).toBe(2);
      });
    });

    it('removes everything on clear and stays usable', async () => {
      await store.commit([put(things, 'a/1', { id: '1' }), put(plain, 'k', 'x')]);
      await store.clear();
      expect([keys(''), store.get(plain, 'k'), store.find(things, '1')]).toEqual([[], undefined, undefined]);
      await store.commit([put(things, 'a/1', { id: '1' }, 0)]);
      expect(store.get(things, 'a/1')?.version).toBe(1);
    });

    it('equals a plain map after any commits', async () => {
      const change = fc.record({
        verb: fc.constantFrom('put', 'delete'),
        key: fc.constantFrom('a/1', 'a/2', 'b/1', 'b/22'),
        expect: fc.constantFrom(undefined, undefined, 0, 1, 2),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.uniqueArray(change, { selector: ({ key }) => key, maxLength: 4 })),
          async commits => {
            await store.clear();
            const model = new Map<string, { value: Thing; version: number }>();
            let count = 0;
            for (const wanted of commits) {
              const holds = wanted.every(
                ({ key, expect: n }) => n === undefined || (model.get(key)?.version ?? 0) === n,
              );
              const changes = wanted.map(({ verb, key, expect: n }) =>
                verb === 'put' ? put(things, key, { id: `${key}#${count++}` }, n) : remove(things, key, n),
              );
              const accepted = await store.commit(changes).then(
                () => true,
                () => false,
              );
              expect(accepted).toBe(holds);
              if (!holds) continue;
              for (const made of changes) {
                if (made.verb === 'delete') model.delete(made.key);
                else {
                  const version = (model.get(made.key)?.version ?? 0) + 1;
                  model.set(made.key, { value: made.value as Thing, version });
                }
              }
            }
            const wanted = [...model.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
            expect(store.list(things, '')).toEqual(wanted);
            for (const { value } of wanted) expect(store.find(things, value.id)?.value).toEqual(value);
          },
        ),
        { numRuns: 200 },
      );
    });
  });
}
