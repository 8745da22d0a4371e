import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SuiteVersions } from '../versions.js';
import { ownSources } from './own-sources.js';

const run = promisify(execFile);

const PROVISIONER = 'github.com/kubernetes-csi/external-provisioner/v6';
const RESIZER = 'github.com/kubernetes-csi/external-resizer/v2';
const SNAPSHOTTER = 'github.com/kubernetes-csi/external-snapshotter/v8';
export const SNAPSHOT_CLIENT = 'github.com/kubernetes-csi/external-snapshotter/client/v8';
const KUBERNETES = 'k8s.io/kubernetes';

/** Settings of every build: static, in a build cache of its own, since builds with other settings displace it. Without -trimpath,
 *  which would build each library again for each version under which a module requires it. */
export const goEnvironment = (cache: string): NodeJS.ProcessEnv => ({
  ...process.env,
  GOFLAGS: '-mod=mod -buildvcs=false',
  CGO_ENABLED: '0',
  GOCACHE: join(cache, 'go-build'),
});

interface GoMod {
  readonly Require: readonly { readonly Path: string; readonly Version: string }[];
  readonly Replace: readonly { readonly Old: { readonly Path: string } }[] | null;
}

/**
 * Makes the Go module that builds Kubernetes, the sidecars and the programs of this package. Its dependencies are those of
 * Kubernetes' own go.mod, also for the sidecars: the build of a package then serves all of them.
 *
 * @returns the directory of the module
 * @throws Error with the output of the Go toolchain
 */
export async function prepareModule(cache: string, versions: SuiteVersions): Promise<string> {
  const directory = join(cache, `kubernetes-module-${versions.kubernetes}`);
  mkdirSync(directory, { recursive: true });
  cpSync(ownSources, directory, { recursive: true });
  const text = goModOf(await downloadGoMod(cache, versions.kubernetes), versions);
  const file = join(directory, 'go.mod');
  writeFileSync(file, text);
  await edit(directory, cache, await pinsOf(directory, cache));
  await edit(directory, cache, [
    `-require=${PROVISIONER}@${versions.provisioner}`,
    `-require=${RESIZER}@${versions.resizer}`,
    `-require=${SNAPSHOTTER}@${versions.sidecars.snapshotter.version}`,
    `-replace=${SNAPSHOT_CLIENT}=${SNAPSHOT_CLIENT}@${versions.snapshotClient}`,
  ]);
  return directory;
}

/** go.mod of a release of Kubernetes: replaces its staging directories with the published libraries. */
function goModOf(kubernetes: string, versions: SuiteVersions): string {
  return kubernetes
    .replace(/^module .*/m, 'module lustre-csi.kubernetes-suite')
    .replaceAll(/=> \.\/staging\/src\/(\S+)/g, `=> $1 ${versions.kubernetesLibraries}`)
    .concat(`\nrequire ${KUBERNETES} ${versions.kubernetes}\n`);
}

async function downloadGoMod(cache: string, version: string): Promise<string> {
  const args = ['mod', 'download', '-json', `${KUBERNETES}@${version}`];
  // Outside of any module.
  const { stdout } = await run('go', args, { env: goEnvironment(cache), cwd: cache });
  return readFileSync((JSON.parse(stdout) as { GoMod: string }).GoMod, 'utf8');
}

/** Flags that pin every requirement, so that a sidecar's newer ones change nothing. */
async function pinsOf(directory: string, cache: string): Promise<readonly string[]> {
  const { stdout } = await run('go', ['mod', 'edit', '-json'], { env: goEnvironment(cache), cwd: directory });
  const { Require, Replace } = JSON.parse(stdout) as GoMod;
  const replaced = new Set((Replace ?? []).map(({ Old }) => Old.Path));
  return Require.filter(({ Path }) => !replaced.has(Path) && Path !== KUBERNETES).map(
    ({ Path, Version }) => `-replace=${Path}=${Path}@${Version}`,
  );
}

async function edit(directory: string, cache: string, flags: readonly string[]): Promise<void> {
  await run('go', ['mod', 'edit', ...flags], { env: goEnvironment(cache), cwd: directory });
}

/** Directory of a module's sources, downloaded if necessary.
 *  @throws Error with the output of the Go toolchain */
export async function moduleDirectory(cache: string, path: string, version: string): Promise<string> {
  const args = ['mod', 'download', '-json', `${path}@${version}`];
  const { stdout } = await run('go', args, { env: goEnvironment(cache), cwd: cache });
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  if (!existsSync(Dir)) throw new Error(`the Go toolchain did not extract ${path}@${version}`);
  return Dir;
}
