import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Python package of schemas of all versions of Kubernetes, as data. */
const PACKAGE = 'kubernetes-validate==1.37.0';
const FOLDER = 'kubernetes_validate/kubernetes-json-schema';
/** Kinds of other projects, whose schemas are not in it. */
const FOREIGN = ['Module', 'PodMonitor', 'PrometheusRule', 'ServiceMonitor', 'VolumeSnapshotClass'];

/** Numbers of a check. */
export interface Summary {
  readonly valid: number;
  readonly invalid: number;
  readonly errors: number;
  readonly skipped: number;
  readonly findings: readonly string[];
}

/** Obtains the schemas of a version, in strict form, and keeps them in the cache.
 *  @returns their directory */
export async function kubernetesSchemas(cache: string, version: string): Promise<string> {
  const directory = join(cache, `kubernetes-schemas-${version}`);
  if (existsSync(directory)) return directory;
  const scratch = join(cache, `schemas-${process.pid}-${version}`);
  mkdirSync(scratch, { recursive: true });
  try {
    await run('pip3', ['download', '--quiet', '--no-deps', '--dest', scratch, PACKAGE]);
    const wheel = readdirSync(scratch).find((file) => file.endsWith('.whl')) ?? '';
    await run('python3', ['-m', 'zipfile', '-e', join(scratch, wheel), join(scratch, 'content')]);
    const source = join(scratch, 'content', FOLDER, `v${version}-local-strict`);
    for (const file of readdirSync(source)) makeRelative(join(source, file));
    renameSync(source, directory);
  } catch (error) {
    // Another worker may have been faster.
    if (!existsSync(directory)) throw error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return directory;
}

/** References in these files are addresses on a server: they are made relative to the file. */
function makeRelative(file: string): void {
  const { $id: _, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(schema).replaceAll('"/api/_definitions.json', '"_definitions.json'));
}

/** Checks a stream of objects. */
export async function validate(
  kubeconform: string,
  schemas: string,
  version: string,
  yaml: string,
): Promise<Summary> {
  const location = join(schemas, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
  const args = ['-strict', '-summary', '-output', 'json', '-kubernetes-version', version];
  args.push('-skip', FOREIGN.join(','), '-schema-location', location, '-');
  const output = await new Promise<string>((resolve) => {
    const child = execFile(kubeconform, args, { maxBuffer: 64 * 1024 * 1024 }, (_, stdout) =>
      resolve(stdout),
    );
    child.stdin?.end(yaml);
  });
  const { resources, summary } = JSON.parse(output) as {
    readonly resources: readonly { readonly kind: string; readonly name: string; readonly msg: string }[];
    readonly summary: Omit<Summary, 'findings'>;
  };
  return { ...summary, findings: resources.map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`) };
}
