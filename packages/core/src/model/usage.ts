/** Amounts of one resource: bytes, or inodes. */
export interface Usage {
  readonly total: bigint;
  readonly used: bigint;
  readonly available: bigint;
}

/** Content of a file system. */
export interface Measurement {
  readonly bytes: Usage;
  readonly inodes: Usage;
}

/** Content of a volume, and what is wrong with its limit. */
export interface VolumeMeasurement extends Measurement {
  /** Finding for the volume's condition, with the next step; absent: none. */
  readonly warning?: string;
}

/** The volume's own numbers, where it has a limit of its own; else those of the whole file system, which has just
 *  answered. `path` is a directory of the volume's file system that may be looked at. */
export type MeasureQuota = (volumeId: string, path: string, whole: Measurement) => Promise<VolumeMeasurement>;
