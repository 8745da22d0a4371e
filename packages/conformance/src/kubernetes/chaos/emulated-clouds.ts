import { environmentVariable } from '../release/simulation.js';
import type { Subject } from '../flows/subjects.js';

/** Fault of an emulated cloud, as its control API takes it. */
export interface CloudFault {
  readonly kind: 'throttle' | 'error' | 'reset' | 'answer';
  readonly cloud: 'aws' | 'azure';
  readonly operation?: string;
  readonly times?: number;
  readonly status?: number;
  /** Answer in place of the cloud's. */
  readonly body?: string;
}

interface EmulatorState {
  readonly aws: { readonly fileSystems: readonly { readonly FileSystemId: string }[] };
  readonly azure: { readonly fileSystems: readonly { readonly name: string }[] };
}

const control = (path: string): string => `${environmentVariable('LUSTRE_EMULATOR_URL')}/_emulator/${path}`;

/** Names of all file systems in the cloud of a subject; none for directories. */
export async function fileSystemsOf({ release }: Subject): Promise<readonly string[]> {
  const state = (await (await fetch(control('state'))).json()) as EmulatorState;
  if (release === 'fsx') return state.aws.fileSystems.map(({ FileSystemId }) => FileSystemId);
  if (release === 'azure') return state.azure.fileSystems.map(({ name }) => name);
  return [];
}

/** Makes the next calls of the clouds fail. */
export async function injectFaults(...faults: readonly CloudFault[]): Promise<void> {
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  };
  const { ok, status } = await fetch(control('faults'), options);
  if (!ok) throw new Error(`the emulator refused the faults: ${status}`);
}

/** Makes FSx describe all file systems, one of them in another state, until the faults are cleared. */
export async function describeWithLifecycle(fileSystemId: string, lifecycle: string): Promise<void> {
  const { aws } = (await (await fetch(control('state'))).json()) as EmulatorState;
  const body = JSON.stringify({
    FileSystems: aws.fileSystems.map((each) =>
      each.FileSystemId === fileSystemId ? { ...each, Lifecycle: lifecycle } : each,
    ),
  });
  await injectFaults({ kind: 'answer', cloud: 'aws', operation: 'DescribeFileSystems', times: 10_000, body });
}

export async function clearFaults(): Promise<void> {
  await fetch(control('faults'), { method: 'DELETE' });
}
