// Tools of the deployment suite. They are built once and kept outside of the work tree.
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { GoTool } from '../testing/go-tool.js';

/** Directory of built tools and of Kubernetes schemas. */
export const testCache = (): string =>
  process.env['LUSTRE_CSI_TEST_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lustre-csi-test');

export const helmTool: GoTool = {
  name: 'helm',
  path: 'helm.sh/helm/v3/cmd/helm',
  version: 'v3.22.0',
  // Six minutes on two cores without other work.
  buildTimeoutMs: 2_400_000,
};

export const kubeconformTool: GoTool = {
  name: 'kubeconform',
  path: 'github.com/yannh/kubeconform/cmd/kubeconform',
  version: 'v0.8.0',
  buildTimeoutMs: 600_000,
};

export const kustomizeTool: GoTool = {
  name: 'kustomize',
  path: 'sigs.k8s.io/kustomize/kustomize/v5',
  version: 'v5.8.1',
  buildTimeoutMs: 600_000,
};

export const craneTool: GoTool = {
  name: 'crane',
  path: 'github.com/google/go-containerregistry/cmd/crane',
  version: 'v0.22.1',
  buildTimeoutMs: 600_000,
};

export const cosignTool: GoTool = {
  name: 'cosign',
  path: 'github.com/sigstore/cosign/v3/cmd/cosign',
  version: 'v3.1.3',
  // Ten minutes on two cores without other work.
  buildTimeoutMs: 3_600_000,
};

export const actionlintTool: GoTool = {
  name: 'actionlint',
  path: 'github.com/rhysd/actionlint/cmd/actionlint',
  version: 'v1.7.12',
  buildTimeoutMs: 600_000,
};

export const promtoolTool: GoTool = {
  name: 'promtool',
  path: 'github.com/prometheus/prometheus/cmd/promtool',
  version: 'v0.316.0',
  // Ten minutes on two cores without other work.
  buildTimeoutMs: 3_600_000,
};

/** Reports the presence of a program on PATH. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
