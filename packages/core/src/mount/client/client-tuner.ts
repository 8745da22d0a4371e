import { systemClock, type Clock } from '../../concurrency/clock.js';
import { DriverError, isDriverError } from '../../errors/driver-error.js';
import type { LustreMountSource } from '../../model/mount-source.js';
import {
  defaultTuningAllow,
  forInstance,
  parseClientTuning,
  refuseDenied,
  type TuningParameter,
} from './client-tuning.js';
import { CommandRunner, type CommandResult } from '../../process/command.js';
import { publishSettingKeys } from '../../model/publish-settings.js';
import { describeFailure } from '../../process/describe-failure.js';
import { checkServers, describeStuckChild, StuckChildError } from '../../process/stuck-child.js';
import type { Limits } from '../../concurrency/wait-with-limits.js';

export interface ClientTunerOptions {
  /** Keys that volumes may set (`parseTuningAllow`). Default: `defaultTuningAllow`. */
  readonly allow?: readonly string[];
  readonly runner?: Pick<CommandRunner, 'run'>;
  readonly clock?: Clock;
}

/** Mounted client, and the parameters to set on it. */
export interface TunedClient {
  readonly mountPoint: string;
  readonly source: LustreMountSource;
  /** `clientTuning` of the volume context; empty: none. */
  readonly tuning: string;
}

const TOOL_MS = 10_000;

/** Sets parameters of one mounted Lustre client and of no other, with lfs(1) and lctl(8). */
export class ClientTuner {
  readonly #allow: readonly string[];
  readonly #clock: Clock;
  readonly #runner: Pick<CommandRunner, 'run'>;

  constructor(options: ClientTunerOptions = {}) {
    this.#allow = options.allow ?? defaultTuningAllow;
    this.#clock = options.clock ?? systemClock;
    this.#runner = options.runner ?? new CommandRunner(this.#clock);
  }

  /** Refuses invalid tuning, before anything is created or mounted.
   *  @throws DriverError invalid-argument naming the key */
  readonly check = (context: Readonly<Record<string, string>>): void => {
    const key = Object.keys(context).find(
      (name) => name.toLowerCase() === publishSettingKeys.tuning.toLowerCase(),
    );
    if (key !== undefined) this.#read(context[key] ?? '');
  };

  /** Same as `check`, as a hook of publish. */
  readonly beforePublish = async ({
    context = {},
  }: {
    readonly context?: Readonly<Record<string, string>>;
  }): Promise<void> => this.check(context);

  /** Sets the requested parameters on this client. Without any, no tool is needed.
   *  @throws DriverError invalid-argument for a key or value that is not allowed or that the client does not take;
   *    failed-precondition if the tools are missing; deadline-exceeded, unavailable */
  readonly tune = async (client: TunedClient, limits: Limits): Promise<void> => {
    const parameters = this.#read(client.tuning);
    if (parameters.length === 0) return;
    const instance = await this.#instanceOf(client, limits);
    const settings = parameters.map((parameter) => forInstance(parameter, instance));
    const result = await this.#run('lctl', ['set_param', ...settings], limits);
    if (result.exitCode !== 0) throw notSet(settings, result);
  };

  #read(text: string): readonly TuningParameter[] {
    const parameters = parseClientTuning(text);
    refuseDenied(parameters, this.#allow);
    return parameters;
  }

  /** Returns the instance in the output of lfs getname, `lustrefs-ffff937009271000 /mount/point`. */
  async #instanceOf({ mountPoint, source }: TunedClient, limits: Limits): Promise<string> {
    const result = await this.#run('lfs', ['getname', mountPoint], limits);
    const [name = ''] = result.stdout.trim().split(/\s/);
    const prefix = `${source.fsname}-`;
    const instance = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (result.exitCode === 0 && /^[0-9a-f]{8,32}$/.test(instance)) return instance;
    throw new DriverError(
      'unavailable',
      `clientTuning: lfs getname ${mountPoint} did not report which client is mounted there, but ` +
        `${JSON.stringify((result.stderr.trim() || result.stdout.trim()).slice(0, 500))} (exit status ` +
        `${result.exitCode ?? 'none'}); it is tried again. Check that lfs in the node plugin's image is of the same ` +
        `Lustre release as the node's client`,
    );
  }

  async #run(program: string, args: readonly string[], limits: Limits): Promise<CommandResult> {
    const deadlineMs = Math.min(TOOL_MS, limits.endsAt - this.#clock.now());
    const title = `${program} ${args.join(' ')}`;
    try {
      const result = await this.#runner.run(program, args, { signal: limits.signal, deadlineMs, title });
      if (!result.interruptedBy) return result;
      throw new DriverError(
        'deadline-exceeded',
        `${title} did not end in time and was killed; it is tried again. ${checkServers}`,
      );
    } catch (error) {
      if (error instanceof StuckChildError) {
        const child = describeStuckChild(error.child, this.#clock.now());
        throw new DriverError(
          'deadline-exceeded',
          `${child}, does not end; it is tried again. ${checkServers}`,
          {
            cause: error,
          },
        );
      }
      throw isDriverError(error, 'failed-precondition') ? noTools(program, error) : error;
    }
  }
}

const noTools = (program: string, cause: DriverError): DriverError =>
  new DriverError(
    'failed-precondition',
    `clientTuning cannot be applied: ${program} is not in the node plugin's image; use an image with the Lustre ` +
      `client's utilities (lfs and lctl), or leave clientTuning out of the volume`,
    { cause },
  );

/** Error of lctl. Where the kernel refuses the name or the value, repeating cannot help. */
function notSet(settings: readonly string[], result: CommandResult): DriverError {
  const isRefused = /no such file|not found|invalid argument|out of range/i.test(result.stderr);
  return new DriverError(
    isRefused ? 'invalid-argument' : 'unavailable',
    `clientTuning: ${describeFailure(`lctl set_param ${settings.join(' ')}`, result)}; ` +
      (isRefused
        ? 'this release of the client does not know a parameter, or does not take its value: correct clientTuning'
        : "it is tried again; the node's kernel log may show more"),
  );
}
