import type { Log } from '../model/log.js';
import { execFileSync } from 'node:child_process';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../concurrency/clock.js';
import { CommandRunner } from '../process/command.js';
import { systemCallProgram, SystemCalls } from '../process/system-calls.js';
import { replaceFileBy, type ReplaceFile } from './replace-file.js';
import { parseFields, StateFiles } from './state-files.js';
import { silentLog } from '../node/testing/silent-log.js';

interface Entry {
  readonly name: string;
  readonly note?: string;
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

const stateFiles = (replaceFile?: ReplaceFile): StateFiles<Entry> =>
  new StateFiles<Entry>(
    directory,
    { keyOf: ({ name }) => name, parse: (text) => parseFields(text) as Entry | undefined },
    log,
    replaceFile,
  );

async function touched(name: string): Promise<string> {
  await writeFile(join(directory, name), '');
  return join(directory, name);
}

describe('a state file that cannot be read', () => {
  it('is named and costs no other', async () => {
    await stateFiles().save({ name: 'good' });
    const unreadable = join(directory, 'unreadable.json');
    const strange = join(directory, 'strange.json');
    await mkdir(unreadable);
    const unfinished = join(directory, `${'0f'.repeat(32)}.json.tmp`);
    await mkdir(unfinished);
    await writeFile(strange, '{');
    const files = stateFiles();
    await files.load();
    expect(files.all()).toEqual([{ name: 'good' }]);
    expect(warnings.sort()).toEqual([
      expect.stringContaining(`${unfinished} cannot be read`),
      `the state file ${strange} is invalid and is ignored`,
      `the state file ${unreadable} cannot be read and is ignored: it is a directory, not a file`,
    ]);
  });

  it('is not opened if it is no regular file: a FIFO would block the driver for ever', async () => {
    await stateFiles().save({ name: 'good' });
    execFileSync('mkfifo', [join(directory, 'fifo.json')]);
    await symlink('/dev/zero', join(directory, 'link.json'));
    const files = stateFiles();
    await files.load();
    expect(files.all()).toEqual([{ name: 'good' }]);
    expect(warnings.sort()).toEqual([
      expect.stringContaining('fifo.json cannot be read and is ignored: it is a FIFO, not a file'),
      expect.stringContaining('link.json cannot be read and is ignored: it is a symlink, not a file'),
    ]);
  });

  it('does not count if it is longer than any record', async () => {
    await truncate(await touched('long.json'), 2 ** 21);
    await stateFiles().load();
    expect(warnings).toEqual([
      expect.stringContaining('long.json cannot be read and is ignored: it is longer'),
    ]);
  });

  it('does not count if it is the copy of another, or of another origin', async () => {
    const files = stateFiles();
    await files.save({ name: 'good' });
    const [file = ''] = await readdir(directory);
    await copyFile(join(directory, file), join(directory, 'copy.json'));
    await writeFile(join(directory, 'foreign.json'), JSON.stringify({ name: 'foreign' }));
    const again = stateFiles();
    await again.load();
    expect(again.all()).toEqual([{ name: 'good' }]);
    expect(warnings.sort()).toEqual(
      ['copy.json', 'foreign.json'].map(
        (name) =>
          expect.stringContaining(`${name} does not have the name of its record and is ignored`) as string,
      ),
    );
  });

  it('does not stop a record from being written by what lies in its place', async () => {
    const files = stateFiles();
    await files.save({ name: 'a' });
    const [file = ''] = await readdir(directory);
    const victim = await touched('victim');
    await rm(join(directory, file));
    execFileSync('mkfifo', [join(directory, file)]);
    await symlink(victim, join(directory, `${file}.tmp`));
    await files.save({ name: 'a' });
    expect(JSON.parse(await readFile(join(directory, file), 'utf8'))).toEqual({ name: 'a' });
    expect(await readFile(victim, 'utf8')).toBe('');
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

describe.runIf(systemCallProgram())('a state file that another process writes', () => {
  const calls = new SystemCalls(new CommandRunner(), systemClock);
  afterAll(() => calls.close());

  it.each([
    ['a shorter text', 'long '.repeat(20), 'short'],
    ['a longer text', 'short', 'long '.repeat(20)],
    ['a text of more than a page', 'short', 'long '.repeat(2_000)],
    ['a text after one of more than a page', 'long '.repeat(2_000), 'short'],
  ])('holds %s', async (_, before, after) => {
    const files = stateFiles(replaceFileBy(calls));
    for (const note of [before, after]) await files.save({ name: 'a', note });
    const again = stateFiles();
    await again.load();
    expect(again.all()).toEqual([{ name: 'a', note: after }]);
    expect(warnings).toEqual([]);
    await again.remove('a');
    expect(await readdir(directory)).toEqual([]);
  });

  it('takes the place of what is no file of the driver, and follows no symlink', async () => {
    const files = stateFiles(replaceFileBy(calls));
    await files.save({ name: 'a' });
    const [file = ''] = await readdir(directory);
    const victim = await touched('victim');
    for (const command of ['mkfifo "$1"', 'ln -s "$2" "$1"', 'ln "$2" "$1"']) {
      execFileSync('sh', ['-ec', `rm "$1"; ${command}`, 'sh', join(directory, file), victim]);
      await files.save({ name: 'a', note: command });
      expect(JSON.parse(await readFile(join(directory, file), 'utf8'))).toEqual({ name: 'a', note: command });
    }
    expect(await readFile(victim, 'utf8')).toBe('');
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
