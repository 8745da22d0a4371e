import type { SpecResult } from './junit-report.js';

/**
 * Specs that cannot pass, because they ask a volume for what its kind does not have although its driver has it: a
 * driver's capabilities are the same for all its volumes. They are run like all others, and are judged by whether the
 * driver refuses them, in these words.
 */
export interface Refusal {
  /** What the suite was told: the code of the driver's answer and its words. */
  readonly words: RegExp;
  /** Full names of specs, as the suite reports them. */
  readonly specs: readonly string[];
}

const SNAPSHOT = /code = FailedPrecondition desc = volume "dir:[^"]+" is a directory, which has no snapshots/;
const SETTINGS =
  /code = InvalidArgument desc = (?:volume "dir:[^"]+" is a directory, which has|directories have) no mutable parameter/;

/** Directories of a driver whose file systems have settings that can be changed. */
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

/** Directories of a driver whose file systems have snapshots. */
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

/** Whether a failed spec is one that the driver had to refuse, and did. */
export function isRefused({ status, name, reason }: SpecResult, refusals: readonly Refusal[]): boolean {
  return (
    status === 'failed' && refusals.some(({ words, specs }) => specs.includes(name) && words.test(reason))
  );
}

/** What is wrong with the results, one line each; empty: every spec passed or had to be refused, and was. */
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
        `NOT REFUSED ${name}: the driver gave what the volume cannot have, or the suite has no such spec`,
    );
  const nothing = results.some(({ status }) => status === 'passed') ? [] : ['no spec has passed'];
  return [...failed, ...allowed, ...nothing];
}
