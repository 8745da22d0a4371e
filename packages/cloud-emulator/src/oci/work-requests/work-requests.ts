import { newOcid } from '../protocol/ocid.js';
import type { World } from '../../world/world.js';

export type WorkRequestStatus = 'ACCEPTED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'CANCELED';

export type WorkRequestType =
  'CREATE_LUSTRE_FILE_SYSTEM' | 'UPDATE_LUSTRE_FILE_SYSTEM' | 'DELETE_LUSTRE_FILE_SYSTEM';

/** Error of a work request. */
export interface WorkRequestError {
  readonly code: string;
  readonly message: string;
}

export interface WorkRequest {
  /** Order of creation. */
  readonly sequence: number;
  readonly id: string;
  readonly operationType: WorkRequestType;
  readonly compartmentId: string;
  readonly fileSystemId: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  readonly seconds: number;
  startedAt?: number;
  finishedAt?: number;
  status: WorkRequestStatus;
  error?: WorkRequestError;
}

/** Subject of a work request. */
export type WorkSubject = Pick<WorkRequest, 'operationType' | 'compartmentId' | 'fileSystemId'>;

/** Part of its time after which a work request is in progress. */
const QUEUED = 0.1;

const resourceActions: Readonly<Record<WorkRequestType, string>> = {
  CREATE_LUSTRE_FILE_SYSTEM: 'CREATED',
  UPDATE_LUSTRE_FILE_SYSTEM: 'UPDATED',
  DELETE_LUSTRE_FILE_SYSTEM: 'DELETED',
};

/** The work requests of the tenancy: OCI's long-running operations. */
export class WorkRequests {
  readonly #all = new Map<string, WorkRequest>();

  constructor(
    private readonly world: World,
    private readonly regionKey: string,
  ) {}

  list(): readonly WorkRequest[] {
    return [...this.#all.values()];
  }

  find(id: string): WorkRequest | undefined {
    return this.#all.get(id);
  }

  /** Begins work that ends after so many seconds.
   *  @param finish the effect, which returns the error where the work has failed */
  begin(
    subject: WorkSubject,
    seconds: number,
    finish: () => WorkRequestError | undefined,
  ): { readonly work: WorkRequest; readonly cancel: () => void } {
    const work: WorkRequest = {
      ...subject,
      sequence: this.#all.size + 1,
      id: newOcid('lustreworkrequest', this.regionKey),
      acceptedAt: this.world.now(),
      seconds,
      status: 'ACCEPTED',
    };
    this.#all.set(work.id, work);
    const callOffStart = this.world.after(seconds * QUEUED, () => {
      work.status = 'IN_PROGRESS';
      work.startedAt = this.world.now();
    });
    const callOffEnd = this.world.after(seconds, () => this.#end(work, finish()));
    const cancel = (): void => {
      callOffStart();
      callOffEnd();
      work.status = 'CANCELED';
      work.finishedAt = this.world.now();
    };
    return { work, cancel };
  }

  #end(work: WorkRequest, error: WorkRequestError | undefined): void {
    work.status = error ? 'FAILED' : 'SUCCEEDED';
    work.finishedAt = this.world.now();
    if (error) work.error = error;
  }

  /** A work request as the API shows it. */
  render(work: WorkRequest): object {
    const { operationType, status, id, compartmentId, startedAt, finishedAt } = work;
    return {
      operationType,
      status,
      id,
      compartmentId,
      resources: [
        {
          entityType: 'lustreFileSystem',
          actionType: actionOf(work),
          identifier: work.fileSystemId,
          entityUri: `/lustreFileSystems/${work.fileSystemId}`,
        },
      ],
      percentComplete: this.#percent(work),
      timeAccepted: timeOf(work.acceptedAt),
      ...(startedAt === undefined ? {} : { timeStarted: timeOf(startedAt) }),
      ...(finishedAt === undefined ? {} : { timeFinished: timeOf(finishedAt) }),
    };
  }

  #percent({ status, acceptedAt, seconds }: WorkRequest): number {
    if (status === 'SUCCEEDED') return 100;
    if (status !== 'IN_PROGRESS') return 0;
    const passed = (this.world.now() - acceptedAt) / 1000;
    return Math.min(99, Math.round((passed / seconds) * 1000) / 10);
  }
}

function actionOf({ status, operationType }: WorkRequest): string {
  if (status === 'SUCCEEDED') return resourceActions[operationType];
  return status === 'FAILED' ? 'FAILED' : 'IN_PROGRESS';
}

/** RFC 3339, as OCI writes times. */
export const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
