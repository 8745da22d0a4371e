import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Image to write: no engine and no registry is involved. */
export interface ImageDescription {
  readonly names: readonly string[];
  /** Directories whose content is a layer each, the lowest first. Images share a layer by naming the same directory. */
  readonly layers: readonly string[];
  /** Fields of `config` in the image's configuration, such as `Entrypoint`. */
  readonly config: Readonly<Record<string, unknown>>;
}

interface Layer {
  readonly file: string;
  readonly digest: string;
}

/** Writes images as one archive for `ctr images import`, in a directory that must not exist. */
export async function writeImageArchive(
  directory: string,
  images: readonly ImageDescription[],
): Promise<string> {
  mkdirSync(directory);
  const sources = [...new Set(images.flatMap(({ layers }) => layers))];
  const layers = new Map<string, Layer>();
  for (const [index, source] of sources.entries()) {
    const file = `layer-${index}.tar`;
    await run('tar', [
      '-C',
      source,
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '-cf',
      join(directory, file),
      '.',
    ]);
    layers.set(source, { file, digest: await digestOf(join(directory, file)) });
  }
  const manifest = images.map((image) => describe(directory, image, layers));
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
  const archive = `${directory}.tar`;
  await run('tar', ['-C', directory, '-cf', archive, '.']);
  rmSync(directory, { recursive: true });
  return archive;
}

function describe(
  directory: string,
  { names, layers, config }: ImageDescription,
  known: ReadonlyMap<string, Layer>,
): { Config: string; RepoTags: readonly string[]; Layers: readonly string[] } {
  const used = layers.map((source) => known.get(source) as Layer);
  const text = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin:/sbin:/usr/bin:/usr/sbin'], WorkingDir: '/', ...config },
    rootfs: { type: 'layers', diff_ids: used.map(({ digest }) => `sha256:${digest}`) },
    history: used.map(() => ({ created_by: 'lustre-csi Kubernetes suite' })),
  });
  const file = `${createHash('sha256').update(text).digest('hex')}.json`;
  writeFileSync(join(directory, file), text);
  return { Config: file, RepoTags: names, Layers: used.map(({ file: name }) => name) };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
