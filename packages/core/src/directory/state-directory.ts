import { DriverError, messageOf } from '../errors/driver-error.js';

/** Directory private to the driver, loaded when it is first needed. */
export class StateDirectory {
  #loading: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly load: () => Promise<void>,
  ) {}

  /** Returns once it is loaded. A failure is not remembered: the next call loads again.
   *  @throws DriverError unavailable */
  async ready(): Promise<void> {
    this.#loading ??= this.load();
    try {
      await this.#loading;
    } catch (error) {
      this.#loading = undefined;
      throw new DriverError(
        'unavailable',
        `the state directory ${this.path} cannot be used: ${messageOf(error)}; provisioningMode "directory" needs a ` +
          'writable one (--state-dir)',
        { cause: error },
      );
    }
  }
}
