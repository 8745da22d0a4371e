import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from './run-tool.js';

/** Root of the repository. */
export const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A package.json, as far as tests read it. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license: string;
  readonly description: string;
  readonly keywords?: readonly string[];
  readonly homepage: string;
  readonly bugs: { readonly url: string };
  readonly repository: { readonly type: string; readonly url: string; readonly directory?: string };
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A published package as `npm pack` makes it. */
export interface PackedPackage {
  readonly name: string;
  /** Directory of the package in the repository, such as `packages/core`. */
  readonly directory: string;
  readonly tarball: string;
  /** Directory with the extracted tarball. */
  readonly extracted: string;
}

export const readManifest = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;

/** Directories of the packages that are not private, such as `packages/core`. */
export function publishedDirectories(): readonly string[] {
  return readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((directory) => readManifest(join(root, directory)).private !== true);
}

/** Packs every published package into a directory and extracts the tarballs beside it. */
export async function packAll(destination: string): Promise<readonly PackedPackage[]> {
  const directories = publishedDirectories();
  const workspaces = directories.flatMap((directory) => ['--workspace', directory]);
  await runTool('npm', ['pack', '--ignore-scripts', '--pack-destination', destination, ...workspaces], {
    cwd: root,
  });
  return Promise.all(directories.map((directory) => extract(directory, destination)));
}

async function extract(directory: string, destination: string): Promise<PackedPackage> {
  const { name, version } = readManifest(join(root, directory));
  const file = `${name.replace('@', '').replace('/', '-')}-${version}`;
  const tarball = join(destination, `${file}.tgz`);
  const extracted = join(destination, file);
  mkdirSync(extracted);
  await runTool('tar', ['xzf', tarball, '-C', extracted, '--strip-components=1'], { cwd: destination });
  return { name, directory, tarball, extracted };
}

/** Files of a directory, as paths below it. */
export function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}
