import { execFile } from 'node:child_process';
import { root } from '../../deploy/chart.js';
import { programOf } from '../cluster/plan.js';
import type { SuiteCluster } from '../release/suite-cluster.js';
import type { Subject } from '../flows/subjects.js';

/** Result of a command of diagnosis. */
export interface CommandResult {
  /** Exit status: docs/reference/doctor-checks.md. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deploy/kubectl-lustre` for the release of a subject, as a user does. */
export function kubectlLustre(
  { plan }: SuiteCluster,
  { release }: Subject,
  ...args: readonly string[]
): Promise<CommandResult> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    KUBECTL: programOf(plan, 'kubectl'),
    LUSTRE_CSI_SELECTOR: `app.kubernetes.io/instance=${release}`,
  };
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: 16 * 1024 * 1024 };
    execFile(`${root}deploy/kubectl-lustre`, [...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === 'number') resolve({ status, stdout, stderr });
      else reject(new Error(`kubectl lustre ${args.join(' ')}: ${stderr}`, { cause: error ?? undefined }));
    });
  });
}
