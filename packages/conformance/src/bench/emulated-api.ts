import type { TestedDriver } from '../testing/emulated-cloud.js';

/** API call, as the journal of `lustre-cloud-emulator exec` shows it. */
interface JournalEntry {
  readonly cloud: string;
  readonly operation: string;
}

/** Settings of the emulated clouds that change while they run. */
export interface CloudChange {
  readonly createSeconds?: number;
  /** File systems that the account may have, as after a request to the cloud for more. */
  readonly fileSystemQuota?: number;
}

interface CloudSettings {
  /** Seconds. */
  readonly durations: { readonly createSeconds: number };
}

/** Emulated clouds around the benchmark, and durations of their work. */
export class EmulatedApi {
  private constructor(
    private readonly url: string,
    private settings: CloudSettings,
  ) {}

  get durations(): CloudSettings['durations'] {
    return this.settings.durations;
  }

  /** @throws Error outside of `lustre-cloud-emulator exec` */
  static async open(): Promise<EmulatedApi> {
    const url = process.env['LUSTRE_EMULATOR_URL'];
    if (url === undefined) throw new Error('the benchmark runs inside lustre-cloud-emulator exec only');
    return new EmulatedApi(url, (await (await fetch(`${url}/_emulator/settings`)).json()) as CloudSettings);
  }

  /** @throws Error with the reason of the emulator */
  async change(change: CloudChange): Promise<void> {
    const answer = await fetch(`${this.url}/_emulator/settings`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    if (!answer.ok) throw new Error(`the emulator refused ${JSON.stringify(change)}: ${await answer.text()}`);
    this.settings = (await answer.json()) as CloudSettings;
  }

  /** Runs work while creations take another time. */
  async whileCreationsTake(createSeconds: number, work: () => Promise<void>): Promise<void> {
    const before = this.durations.createSeconds;
    await this.change({ createSeconds });
    try {
      await work();
    } finally {
      await this.change({ createSeconds: before });
    }
  }

  /** Runs work and lists the API calls that reached the cloud meanwhile.
   *  @returns their operations */
  async during(cloud: TestedDriver['cloud'], work: () => Promise<unknown>): Promise<readonly string[]> {
    await fetch(`${this.url}/_emulator/journal`, { method: 'DELETE' });
    await work();
    const { entries } = (await (await fetch(`${this.url}/_emulator/journal`)).json()) as {
      readonly entries: readonly JournalEntry[];
    };
    return entries.filter((entry) => entry.cloud === cloud).map(({ operation }) => operation);
  }
}
