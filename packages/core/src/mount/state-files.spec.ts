import type { Log } from '../model/log.js';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFields, StateFiles } from './state-files.js';
import { silentLog } from '../node/testing/silent-log.js';

interface Entry {
  readonly name: string;
}

let directory: string;
let warnings: string[];
let log: Log;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'state-files-'));
  warnings = [];
  log = { ...silentLog, warn: (_, message) => void warnings.push(message) };
});
afterEach(() => rm(directory, { recursive: true }));

const stateFiles = (): StateFiles<Entry> =>
  new StateFiles<Entry>(
    directory,
    { keyOf: ({ name }) => name, parse: (text) => parseFields(text) as Entry | undefined },
    log,
  );

describe('a state file that cannot be read', () => {
  it('is named and costs no other', async () => {
    await stateFiles().save({ name: 'good' });
    const unreadable = join(directory, 'unreadable.json');
    const strange = join(directory, 'strange.json');
    await mkdir(unreadable);
    await mkdir(join(directory, 'half-written.json.tmp'));
    await writeFile(strange, '{');
    const files = stateFiles();
    await files.load();
    expect(files.all()).toEqual([{ name: 'good' }]);
    expect(warnings.sort()).toEqual([
      expect.stringContaining('half-written.json.tmp cannot be read'),
      `the state file ${strange} is invalid and is ignored`,
      `the state file ${unreadable} cannot be read and is ignored`,
    ]);
  });

  it('is named where its record is to be written or removed', async () => {
    const files = stateFiles();
    await files.save({ name: 'a' });
    const [file = ''] = await readdir(directory);
    await rm(join(directory, file));
    await mkdir(join(directory, file));
    const named = { kind: 'unavailable', message: expect.stringContaining(directory) as string };
    await expect(files.save({ name: 'a' })).rejects.toMatchObject(named);
    await expect(files.remove('a')).rejects.toMatchObject(named);
    expect(files.get('a')).toEqual({ name: 'a' });
  });
});

describe('a state directory that cannot be read', () => {
  it.each(['EMFILE', 'ENFILE', 'ENOMEM'])(
    'for want of something that the process lacks (%s) is not taken for empty',
    async (code) => {
      await stateFiles().save({ name: 'good' });
      const parse = (): never => {
        throw Object.assign(new Error(code), { code });
      };
      const files = new StateFiles<Entry>(directory, { keyOf: ({ name }) => name, parse }, log);
      await expect(files.load()).rejects.toThrow(code);
      expect(warnings).toEqual([]);
    },
  );

  it('fails the load', async () => {
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    await expect(stateFiles().load()).rejects.toThrow('EEXIST');
  });
});
