import { release } from 'node:os';
import type { Clock } from '../../concurrency/clock.js';
import { deadlineIn } from '../../concurrency/deadline-in.js';
import { waitWithLimits } from '../../concurrency/wait-with-limits.js';
import type { DriverError } from '../../errors/driver-error.js';
import { formatMountSource, type LustreMountSource } from '../../model/mount-source.js';
import type { CommandResult } from '../../process/command.js';
import type { KernelLog } from '../failure/kernel-log.js';
import { explainMountFailure, symptomOf, type FailedMount } from '../failure/mount-failure.js';
import type { MountRequest } from '../mounter.js';
import { describeMissingClient, readClientParts, type ClientParts } from './lustre-client.js';
import { noFinding, type ServerProbe } from './mgs-probe.js';

export interface MountDiagnosisParts {
  readonly clock: Clock;
  readonly probe: ServerProbe;
  readonly kernelLog: Pick<KernelLog, 'quote'>;
  /** Finds the parts of a Lustre client on the node. */
  readonly readClient?: () => Promise<ClientParts>;
}

const PROBE_MS = 3_000;

/** Finds the cause of a failed mount: in the output of mount.lustre, the kernel's log, the client, and the servers. */
export class MountDiagnosis {
  constructor(private readonly parts: MountDiagnosisParts) {}

  /** @param lastMs time since the mount began, in milliseconds */
  async explain(failure: FailedMount, source: LustreMountSource, lastMs: number): Promise<DriverError> {
    const symptom = symptomOf(failure);
    const quoting = this.parts.kernelLog.quote(lastMs, wordsOf(source));
    const finding = await this.#finding(symptom, failure, source);
    const kernelLog = await quoting;
    return explainMountFailure({
      ...failure,
      ...(finding === undefined ? {} : { finding }),
      ...(kernelLog === undefined ? {} : { kernelLog }),
    });
  }

  /** Probes a server for a few seconds at most. Never throws. */
  async probe(source: LustreMountSource): Promise<string> {
    const { clock, probe } = this.parts;
    const finding = probe.explain(source).catch(noFinding);
    if ((await waitWithLimits(finding, deadlineIn(PROBE_MS, clock), clock)) === 'done') return finding;
    return 'probed from this node, did not answer in time';
  }

  async #finding(
    symptom: ReturnType<typeof symptomOf>,
    { kernel }: FailedMount,
    source: LustreMountSource,
  ): Promise<string | undefined> {
    if (symptom === 'no-client') {
      return describeMissingClient(await (this.parts.readClient ?? readClientParts)(), kernel);
    }
    if (symptom !== 'unreachable') return undefined;
    return `the management server did not answer; ${await this.probe(source)}`;
  }
}

/** Words by which the kernel's log names a file system. */
const wordsOf = ({ mgsNodes, fsname }: LustreMountSource): readonly string[] => [
  ...mgsNodes.flat().map((nid) => nid.split('@')[0] ?? nid),
  `${fsname}-`,
];

export function failedMount(
  { source, target }: MountRequest,
  { exitCode, stderr }: CommandResult,
): FailedMount {
  return { exitCode, stderr, source: formatMountSource(source), target, kernel: release() };
}
