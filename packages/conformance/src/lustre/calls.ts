import { csi } from '@lustre-csi/core/client';
import type { LustreBench } from './bench.js';
import { CheckFailure, expectThat } from './check-failure.js';
import type { CheckScope } from './check-scope.js';
import { eventually } from './time-limit.js';

/** kubelet gives up after two minutes, and repeats. Seconds. */
const CALL_SECONDS = 120;

export const MIB = 1024n ** 2n;

/** gRPC status codes that the checks know. */
export const code = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  outOfRange: 11,
  unavailable: 14,
} as const;

/** A volume as a PersistentVolume describes it. */
export interface TestVolume {
  readonly volumeId: string;
  readonly volumeContext: Readonly<Record<string, string>>;
}

export interface PublishOptions {
  /** Target; absent: a new one. */
  readonly target?: string;
  readonly readOnly?: boolean;
  readonly mountFlags?: readonly string[];
  readonly seconds?: number;
}

export const deadline = (seconds = CALL_SECONDS): { readonly deadline: number } => ({
  deadline: Date.now() + seconds * 1000,
});

/** ReadWriteMany. */
export const capability = (mountFlags: readonly string[] = []): csi.VolumeCapability => ({
  accessType: { $case: 'mount', value: { fsType: '', mountFlags: [...mountFlags], volumeMountGroup: '' } },
  accessMode: { mode: csi.VolumeCapability_AccessMode_Mode.MULTI_NODE_MULTI_WRITER },
});

/** A PersistentVolume written by hand: a directory of this run, which must exist unless the context says otherwise. */
export const staticVolume = (
  scope: CheckScope,
  bench: LustreBench,
  subDirectory: string,
  context: Readonly<Record<string, string>> = {},
): TestVolume => ({
  volumeId: scope.uniqueName('static'),
  volumeContext: {
    ...('mgsNids' in context || 'source' in context ? {} : { source: bench.options.source ?? '' }),
    // The sub-directory of the source is not part of the other form.
    subDir: ['mgsNids' in context ? bench.source.subdir : '', bench.directory, subDirectory].join('/'),
    ...context,
  },
});

/** Publishes a volume and has it unpublished at the end of the check. @returns the target */
export async function publish(
  scope: CheckScope,
  bench: LustreBench,
  { volumeId, volumeContext }: TestVolume,
  {
    target = bench.target(scope.uniqueName('target')),
    readOnly = false,
    mountFlags,
    seconds,
  }: PublishOptions = {},
): Promise<string> {
  scope.step(`NodePublishVolume at ${target}`);
  // Registered first: a call that fails may have mounted something.
  scope.defer(`NodeUnpublishVolume at ${target}`, () =>
    eventually(100, 'unpublished', () => unpublish(bench, { volumeId, volumeContext }, target)),
  );
  await bench.client.node.nodePublishVolume(
    csi.NodePublishVolumeRequest.fromPartial({
      volumeId,
      volumeContext: { ...volumeContext },
      targetPath: target,
      volumeCapability: capability(mountFlags),
      readonly: readOnly,
    }),
    deadline(seconds),
  );
  return target;
}

export async function unpublish(
  bench: LustreBench,
  { volumeId }: TestVolume,
  targetPath: string,
  seconds?: number,
): Promise<void> {
  await bench.client.node.nodeUnpublishVolume({ volumeId, targetPath }, deadline(seconds));
}

/** Answer of NodeGetVolumeStats. */
export interface Stats {
  readonly bytes: csi.VolumeUsage;
  readonly inodes: csi.VolumeUsage | undefined;
  readonly abnormal: boolean;
  /** Message of the volume condition. */
  readonly message: string;
}

export async function statsOf(
  bench: LustreBench,
  { volumeId }: TestVolume,
  volumePath: string,
  seconds?: number,
): Promise<Stats> {
  const request = { volumeId, volumePath, stagingTargetPath: '' };
  const { usage, volumeCondition } = await bench.client.node.nodeGetVolumeStats(request, deadline(seconds));
  const bytes = usage.find(({ unit }) => unit === csi.VolumeUsage_Unit.BYTES);
  expectThat(bytes, 'NodeGetVolumeStats answered without bytes');
  return {
    bytes,
    inodes: usage.find(({ unit }) => unit === csi.VolumeUsage_Unit.INODES),
    abnormal: volumeCondition?.abnormal ?? false,
    message: volumeCondition?.message ?? '',
  };
}

export interface CreatedVolume extends TestVolume {
  readonly name: string;
  readonly capacityBytes: bigint;
}

export interface CreateOptions {
  readonly name?: string;
  readonly bytes?: bigint;
}

/** Creates a directory volume and has it deleted at the end of the check. */
export async function createDirectory(
  scope: CheckScope,
  bench: LustreBench,
  parameters: Readonly<Record<string, string>> = {},
  { name = scope.uniqueName('pvc'), bytes = 64n * MIB }: CreateOptions = {},
): Promise<CreatedVolume> {
  scope.step(`CreateVolume ${name}`);
  const request = csi.CreateVolumeRequest.fromPartial({
    name,
    capacityRange: { requiredBytes: bytes },
    volumeCapabilities: [capability()],
    parameters: {
      provisioningMode: 'directory',
      source: bench.options.source ?? '',
      basePath: `/${bench.directory}/volumes`,
      ...parameters,
    },
  });
  const { volume } = await bench.client.controller.createVolume(request, deadline());
  expectThat(volume, 'CreateVolume answered without a volume');
  scope.defer(`DeleteVolume ${volume.volumeId}`, () => deleteVolume(bench, volume.volumeId));
  return { ...volume, name };
}

export async function deleteVolume(bench: LustreBench, volumeId: string): Promise<void> {
  await bench.client.controller.deleteVolume({ volumeId, secrets: {} }, deadline());
}

/** Error of a call that must fail. */
export interface CallFailure {
  readonly code: number;
  readonly details: string;
}

/** @throws CheckFailure if the call succeeds, or fails with another code than one of these */
export async function failureOf(
  call: Promise<unknown>,
  what: string,
  codes: readonly number[],
): Promise<CallFailure> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error as CallFailure,
  );
  if (!failure) throw new CheckFailure(`${what} succeeded`);
  if (codes.includes(failure.code)) return failure;
  throw new CheckFailure(
    `${what} failed with code ${failure.code}, not ${codes.join(' or ')}: ${failure.details}`,
  );
}
