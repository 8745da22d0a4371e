import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePublication, Publications, type Publication } from './publications.js';
import { silentLog } from '../node/testing/silent-log.js';

const publication: Publication = {
  volumeId: 'v1',
  targetPath: '/pods/a b/mount',
  mountPoint: '/pods/a b/mount',
  source: '127.0.0.4@tcp:/lustrefs',
  accessMode: 'MULTI_NODE_MULTI_WRITER',
  readonly: false,
  mountFlags: ['flock'],
};

describe('Publications', () => {
  let stateDir = '';
  const opened = async (): Promise<Publications> => {
    const publications = new Publications(stateDir, silentLog);
    await publications.load();
    return publications;
  };
  beforeEach(async () => (stateDir = await mkdtemp(join(tmpdir(), 'publications-'))));
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('are there again after a restart, until they are removed', async () => {
    const first = await opened();
    await first.save(publication);
    await first.save({ ...publication, observedSource: publication.source });
    const second = await opened();
    expect(second.all()).toEqual([{ ...publication, observedSource: publication.source }]);
    await second.remove(publication.targetPath);
    await second.remove(publication.targetPath);
    expect(second.get(publication.targetPath)).toBeUndefined();
    expect((await opened()).all()).toEqual([]);
  });

  it('are known at once, before they are written', async () => {
    const publications = await opened();
    const saved = publications.save(publication);
    expect(publications.get(publication.targetPath)).toEqual(publication);
    await saved;
  });

  it('survive what a crash leaves behind', async () => {
    await (await opened()).save(publication);
    const directory = join(stateDir, 'publications');
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, `${name}.tmp`), '{"volu');
    await writeFile(join(directory, 'zero.json'), '');
    const withoutText = `${'0f'.repeat(32)}.json`;
    await writeFile(join(directory, withoutText), '');
    expect((await opened()).all()).toEqual([publication]);
    expect(await readdir(directory)).not.toContain(`${name}.tmp`);
    expect(await readdir(directory)).not.toContain(withoutText);
    expect(JSON.parse(await readFile(join(directory, name), 'utf8'))).toEqual(publication);
  });

  it.each(['/etc', 'pods/mount', '/pods/a b'])(
    'are ignored where their mount point is %j',
    async (mountPoint) => {
      await (await opened()).save({ ...publication, mountPoint });
      expect((await opened()).all()).toEqual([]);
    },
  );

  it('are forgotten again if they cannot be written', async () => {
    const publications = await opened();
    await rm(join(stateDir, 'publications'), { recursive: true });
    await expect(publications.save(publication)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('cannot be written') as string,
    });
    expect(publications.get(publication.targetPath)).toBeUndefined();
  });
});

describe('parsePublication', () => {
  it.each(['', 'null', '[]', '{}', JSON.stringify({ ...publication, mountFlags: [1] })])(
    'makes nothing of %j',
    (text) => {
      expect(parsePublication(text)).toBeUndefined();
    },
  );
});
