import type { SpecResult } from './junit-report.js';

/**
 * Specs that cannot pass, because they request a feature of the driver that this kind of volume does not have: a driver's
 * capabilities are the same for all its volumes. They run like all others, and count as right if the driver refuses them
 * with these words.
 */
export interface Refusal {
  /** Code and message of the driver's answer, as the suite shows them. */
  readonly words: RegExp;
  /** Full names of specs, as the suite reports them. */
  readonly specs: readonly string[];
}

const SNAPSHOT = /code = FailedPrecondition desc = volume "dir:[^"]+" is a directory, which has no snapshots/;
const SETTINGS =
  /code = InvalidArgument desc = (?:volume "dir:[^"]+" is a directory, which has|directories have) no mutable parameter/;

/** Refusals for directories of a driver whose file systems have mutable settings. */
export const settingsRefusals: readonly Refusal[] = [
  {
    words: SETTINGS,
    specs: [
      '[It] Controller Service [Controller Server] CreateVolume should create volume with a volume attribute class',
      '[It] ModifyVolume [Controller Server] should modify a volume created without a volume attribute class',
      '[It] ModifyVolume [Controller Server] should modify a volume created with a volume attribute class',
      '[It] ModifyVolume [Controller Server] should fail to modify a volume created with a volume attribute class if new ' +
        'mutable parameters are not supported by volume',
    ],
  },
];

/** Refusals for directories of a driver whose file systems have snapshots. */
export const snapshotRefusals: readonly Refusal[] = [
  {
    words: SNAPSHOT,
    specs: [
      '[It] Controller Service [Controller Server] CreateVolume should create volume from an existing source snapshot',
      '[It] CreateSnapshot [Controller Server] should succeed when requesting to create a snapshot with already existing ' +
        'name and same source volume ID',
      '[It] CreateSnapshot [Controller Server] should fail when requesting to create a snapshot with already existing ' +
        'name and different source volume ID',
      '[It] CreateSnapshot [Controller Server] should succeed when creating snapshot with maximum-length name',
      '[It] DeleteSnapshot [Controller Server] should return appropriate values (no optional values added)',
      '[It] GetSnapshot [Controller Server] should return snapshot that match the specified snapshot id',
      '[It] ListSnapshots [Controller Server] should return snapshots that match the specified snapshot id',
      '[It] ListSnapshots [Controller Server] should return snapshots that match the specified source volume id',
      '[It] ListSnapshots [Controller Server] check the presence of new snapshots in the snapshot list',
      '[It] ListSnapshots [Controller Server] should return next token when a limited number of entries are requested',
    ],
  },
];

/** Matches a failed spec that the driver had to refuse, and did. */
export function isRefused({ status, name, reason }: SpecResult, refusals: readonly Refusal[]): boolean {
  return (
    status === 'failed' && refusals.some(({ words, specs }) => specs.includes(name) && words.test(reason))
  );
}

/** Complaints about the results, one line each; empty if all specs passed or were refused as expected. */
export function complaintsAbout(
  results: readonly SpecResult[],
  refusals: readonly Refusal[],
): readonly string[] {
  const failed = results
    .filter((spec) => spec.status === 'failed' && !isRefused(spec, refusals))
    .map(({ name, reason }) => `FAILED ${name}: ${reason}`);
  const allowed = refusals
    .flatMap(({ specs }) => specs)
    .filter((name) => !results.some((spec) => spec.name === name && spec.status === 'failed'))
    .map(
      (name) =>
        `NOT REFUSED ${name}: the driver granted a feature that the volume does not have, or the suite has no such spec`,
    );
  const nothing = results.some(({ status }) => status === 'passed') ? [] : ['no spec has passed'];
  return [...failed, ...allowed, ...nothing];
}
