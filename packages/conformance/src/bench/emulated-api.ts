import type { TestedDriver } from '../testing/emulated-cloud.js';

/** API call, as the journal of `lustre-cloud-emulator exec` shows it. */
interface JournalEntry {
  readonly cloud: string;
  readonly operation: string;
}

/** Emulated clouds around the benchmark, and durations of their work. */
export class EmulatedApi {
  private constructor(
    private readonly url: string,
    /** Seconds. */
    readonly durations: { readonly createSeconds: number },
  ) {}

  /** @throws Error outside of `lustre-cloud-emulator exec` */
  static async open(): Promise<EmulatedApi> {
    const url = process.env['LUSTRE_EMULATOR_URL'];
    if (url === undefined) throw new Error('the benchmark runs inside lustre-cloud-emulator exec only');
    const settings = (await (await fetch(`${url}/_emulator/settings`)).json()) as {
      readonly durations: { readonly createSeconds: number };
    };
    return new EmulatedApi(url, settings.durations);
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
