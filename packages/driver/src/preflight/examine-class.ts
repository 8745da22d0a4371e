import {
  isDriverError,
  messageOf,
  type CloudDiagnosis,
  type ControllerProvider,
  type FileSystemPlan,
} from '@lustre-csi/core';
import { readClass, smallestSizes, type ClassReading } from '@lustre-csi/core/diagnosis';
import type { Finding, Severity } from '../doctor/check.js';
import { networkFindings, type ClassNetwork } from '../doctor/controller/network-findings.js';
import type { StorageClass } from '../kubernetes/storage-classes.js';

/** Finding about a StorageClass; `unknown`: it could not be decided. */
export interface ClassFinding extends Finding {
  readonly severity: Severity | 'unknown';
}

/** Examination of a StorageClass: the volume that a claim of it would create, and its defects. */
export interface ClassReport {
  readonly name: string;
  /** Volume of a claim, in a line; absent: there is none, the parameters are refused. */
  readonly creates?: string;
  /** Smallest sizes that the cloud creates, in order: claims are rounded up to the next one. */
  readonly sizes: readonly string[];
  readonly findings: readonly ClassFinding[];
}

/** Clouds that a StorageClass is examined with. */
export interface Examiners {
  readonly driverName: string;
  readonly provider: ControllerProvider;
  /** Absent: there is no cloud to question. */
  readonly diagnosis?: CloudDiagnosis;
}

const AGAIN = 'repeat the preflight once the cloud answers';

/** Examines a StorageClass before any claim exists. Creates nothing. */
export async function examineClass(
  { name, parameters, waitsForPod }: StorageClass,
  { driverName, provider, diagnosis }: Examiners,
  signal: AbortSignal,
): Promise<ClassReport> {
  let reading: ClassReading;
  try {
    reading = await readClass(driverName, provider, parameters);
  } catch (error) {
    signal.throwIfAborted();
    return { name, sizes: [], findings: [refused(error)] };
  }
  if (reading.kind === 'directory') return { name, ...directory(reading), sizes: ['any'], findings: [] };
  const [sizes, network] = await Promise.all([
    sizesOf(provider, reading.plan),
    diagnosis ? networkOf(name, diagnosis, reading.plan, signal) : [],
  ]);
  const { creates, findings } = planned(reading, waitsForPod);
  return { name, creates, sizes: sizes.sizes, findings: [...findings, ...sizes.findings, ...network] };
}

const refused = (error: unknown): ClassFinding => ({
  severity: isDriverError(error, 'invalid-argument') ? 'error' : 'unknown',
  cause: messageOf(error),
  nextStep: isDriverError(error, 'invalid-argument')
    ? 'correct the parameters before the class is created: they cannot be changed'
    : AGAIN,
});

const directory = ({ parent, path, quota }: Extract<ClassReading, { kind: 'directory' }>) => ({
  creates: `a directory of the file system ${parent}, such as ${path} for the claim default/example; quota: ${quota}`,
});

/** Describes the file system of a plan, with its warnings and the refusal that a lookup has found. */
function planned(
  { plan }: Extract<ClassReading, { kind: 'filesystem' }>,
  waitsForPod: boolean,
): Required<Pick<ClassReport, 'creates' | 'findings'>> {
  const attributes = Object.entries(plan.attributes).map(([key, value]) => `${key} ${value}`);
  const creates = plan.existingVolume
    ? `nothing: claims get the existing volume ${plan.existingVolume.id}`
    : `a file system in ${plan.listingScope}: ${attributes.join(', ')}`;
  const warnings = (plan.warnings ?? []).map((cause): ClassFinding => ({
    severity: 'warning',
    cause,
    nextStep: 'write what you want into the class',
  }));
  const findings: readonly ClassFinding[] = plan.refusal
    ? [
        {
          // The zone of the pod's node may settle it.
          severity: waitsForPod ? 'warning' : 'error',
          cause: messageOf(plan.refusal),
          nextStep:
            'correct the parameters that the message names, or use volumeBindingMode: WaitForFirstConsumer for a zone',
        },
      ]
    : [];
  return { creates, findings: [...findings, ...warnings] };
}

async function sizesOf(
  provider: ControllerProvider,
  plan: FileSystemPlan,
): Promise<Pick<ClassReport, 'sizes' | 'findings'>> {
  if (plan.existingVolume) return { sizes: [plan.existingVolume.capacity.toString()], findings: [] };
  try {
    const sizes = await smallestSizes(provider, plan);
    return { sizes: sizes.map((size) => size.toString()), findings: [] };
  } catch (error) {
    return { sizes: [], findings: [refused(error)] };
  }
}

async function networkOf(
  name: string,
  diagnosis: CloudDiagnosis,
  plan: FileSystemPlan,
  signal: AbortSignal,
): Promise<readonly ClassFinding[]> {
  try {
    const read: ClassNetwork = { name, network: await diagnosis.network(plan, signal) };
    const errors = [...networkFindings.room(read), ...networkFindings.rules(read)];
    return errors.map((finding) => ({ ...finding, severity: 'error' }));
  } catch (error) {
    signal.throwIfAborted();
    return [refused(error)];
  }
}
