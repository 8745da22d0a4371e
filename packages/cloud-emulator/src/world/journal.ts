/** One API call that reached the emulator. `GET /_emulator/journal` shows them in order of arrival. */
export interface JournalEntry {
  /** Position in the journal: 1 for the first call. */
  readonly sequence: number;
  readonly cloud: Cloud;
  /** Service: `fsx`, `ec2`, `sts`, `imds`, `pod-identity`, `arm`, `entra`, `lustre`, `metadata`. */
  readonly service: string;
  /** Name in the cloud's own API reference: `CreateFileSystem`, `amlFilesystems.createOrUpdate`. */
  readonly operation: string;
  /** Subject of the call, if it names one: a file system id, a resource id. */
  readonly resource?: string;
  readonly requestId: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** HTTP status of the answer; absent while the call is being served, 0 where the connection was cut. */
  status?: number;
  /** The cloud's error code, where the answer was an error. */
  errorCode?: string;
  /** The injected fault that met this call. */
  fault?: string;
}

export type Cloud = 'aws' | 'azure' | 'google' | 'oci';

export type JournalListener = (entry: JournalEntry) => void;

/** Every call of every cloud, in order of arrival. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  readonly #listeners = new Set<JournalListener>();

  constructor(private readonly now: () => number) {}

  begin(
    call: Pick<JournalEntry, 'cloud' | 'service' | 'operation' | 'requestId' | 'resource'>,
  ): JournalEntry {
    const entry: JournalEntry = {
      sequence: this.#entries.length + 1,
      ...call,
      receivedAt: new Date(this.now()).toISOString(),
    };
    this.#entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
    return entry;
  }

  entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /**
   * Registers a listener for each call as it arrives, before the call has any effect. Returns a function that
   * removes the listener.
   */
  onCall(listener: JournalListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
