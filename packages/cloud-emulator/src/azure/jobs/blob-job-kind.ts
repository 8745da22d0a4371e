export type BlobJobState =
  'InProgress' | 'Cancelling' | 'Canceled' | 'Disabling' | 'Disabled' | 'Completed' | 'Failed';

/** The three kinds of job that move data between a file system and its blob container. */
export type BlobJobKindName = 'importJobs' | 'autoImportJobs' | 'autoExportJobs';

/** Properties in which the kinds differ. */
export interface BlobJobKind {
  /** The last segment of the resource type. */
  readonly name: BlobJobKindName;
  /** Name in messages: `import job`. */
  readonly title: string;
  readonly prefixes: 'importPrefixes' | 'autoImportPrefixes' | 'autoExportPrefixes';
  readonly mostPrefixes: number;
  /** Value of adminStatus in a job that works; `off` is that of a job that is to stop. */
  readonly on: string;
  readonly off: string;
  readonly stopping: BlobJobState;
  readonly stopped: BlobJobState;
  /** True where a job ends automatically when its work is done, and cannot be resumed. */
  readonly ends: boolean;
  /** Default of conflictResolutionMode; absent where the kind has no such property. */
  readonly conflictResolutionMode?: string;
  readonly enableDeletions?: boolean;
  /** Counters in its status; nothing is moved here, so they stay 0. */
  readonly counters: readonly string[];
  /** Suffix of the times in its status. */
  readonly timeSuffix: '' | 'UTC';
}

const importCounters = ['totalBlobsWalked', 'totalBlobsImported', 'totalErrors', 'totalConflicts'];
const switched = { on: 'Enable', off: 'Disable', stopping: 'Disabling', stopped: 'Disabled' } as const;

/** Properties, defaults and limits of Microsoft.StorageCache 2026-01-01. */
export const blobJobKinds: readonly BlobJobKind[] = [
  {
    name: 'importJobs',
    title: 'import job',
    prefixes: 'importPrefixes',
    mostPrefixes: Number.POSITIVE_INFINITY,
    ...{ on: 'Active', off: 'Cancel', stopping: 'Cancelling', stopped: 'Canceled' },
    ends: true,
    conflictResolutionMode: 'Fail',
    counters: importCounters,
    timeSuffix: '',
  },
  {
    name: 'autoImportJobs',
    title: 'auto import job',
    prefixes: 'autoImportPrefixes',
    mostPrefixes: 100,
    ...switched,
    ends: false,
    conflictResolutionMode: 'Skip',
    enableDeletions: false,
    counters: importCounters,
    timeSuffix: 'UTC',
  },
  {
    name: 'autoExportJobs',
    title: 'auto export job',
    prefixes: 'autoExportPrefixes',
    mostPrefixes: 1,
    ...switched,
    ends: false,
    counters: ['totalFilesExported', 'totalMiBExported', 'totalFilesFailed', 'exportIterationCount'],
    timeSuffix: 'UTC',
  },
];
