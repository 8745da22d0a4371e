import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** Directory of the repository. */
export const root = fileURLToPath(new URL('../../../../', import.meta.url));
export const chartDirectory = `${root}deploy/helm/lustre-csi`;

/** Version of Kubernetes for which charts are rendered unless a test needs another. */
export const KUBERNETES = '1.34.0';

/** Inputs of a render. */
export interface RenderOptions {
  /** Files with values, in increasing precedence. */
  readonly files?: readonly string[];
  /** Values with precedence over those of the files. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly release?: string;
  readonly namespace?: string;
  readonly kubernetes?: string;
  /** Renders what `helm test` creates, too. */
  readonly withTests?: boolean;
}

/** Kubernetes object of a render. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Helm, as far as the suite uses it. */
export class Helm {
  constructor(private readonly executable: string) {}

  /** Renders the chart.
   *  @returns YAML
   *  @throws Error with the words of helm */
  async template(options: RenderOptions = {}): Promise<string> {
    const { files = [], values = {}, release = 'lustre-csi', namespace = 'kube-system' } = options;
    const args = ['template', release, chartDirectory, '--namespace', namespace];
    args.push('--kube-version', options.kubernetes ?? KUBERNETES);
    if (!options.withTests) args.push('--skip-tests');
    for (const file of files) args.push('--values', file);
    args.push('--values', '-');
    return this.#run(args, JSON.stringify(values));
  }

  /** Renders the chart and parses the objects. */
  async render(options: RenderOptions = {}): Promise<readonly KubernetesObject[]> {
    return objectsIn(await this.template(options));
  }

  /** Checks the chart with values; a warning is an error.
   *  @throws Error with the findings */
  async lint(file: string): Promise<string> {
    return this.#run(['lint', '--strict', chartDirectory, '--values', file], '');
  }

  #run(args: readonly string[], input: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        this.executable,
        [...args],
        { maxBuffer: 32 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error) reject(new Error(`helm ${args[0] ?? ''}: ${stderr}${stdout}`, { cause: error }));
          else resolve(stdout);
        },
      );
      child.stdin?.end(input);
    });
  }
}

/** Objects of a stream of YAML documents. A key that is given twice is an error. */
export function objectsIn(yaml: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(yaml);
  return [...documents].flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

/** Render without what changes with each version of the chart, for files that are compared. */
export const withoutVersions = (yaml: string): string =>
  yaml
    .split('\n')
    .filter((line) => !/^\s*(helm\.sh\/chart|app\.kubernetes\.io\/(version|managed-by)):/.test(line))
    .join('\n')
    .replace(/(ghcr\.io\/lustre-csi\/lustre-csi):v[\w.-]+/g, '$1:vVERSION');
