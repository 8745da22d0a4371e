import type { CommandResult, CommandRunner } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';

/** Result of `lctl ping`: the server's LNet answers; it does not; too many pings run; or lctl is not installed or cannot send. */
export type PingResult = 'answers' | 'silent' | 'busy' | 'unknown';

export interface LnetPingOptions {
  readonly runner: Pick<CommandRunner, 'run'>;
  readonly deadlineMs?: number;
}

const PING_MS = 2_500;
/** Most pings at once, those included that are blocked in the kernel: the ping of a silent server was seen to block for 53
 *  seconds. */
const MAX_PINGS = 16;
/** Failures that show that no server answered. All others concern the node: no module, no LNet network. */
const SILENCE =
  /failed to ping .*: (?:Connection|Input\/output|No route|Host is|Network is unreachable|Timer)/;

/**
 * `lctl ping` of servers, one at a time for each. The kernel blocks the ping of a silent server, also against SIGKILL: as long
 * as it blocks one, that server counts as silent, and no second one is started.
 */
export class LnetPing {
  readonly #running = new Map<string, Promise<PingResult>>();
  readonly #hanging = new Set<string>();

  constructor(private readonly options: LnetPingOptions) {}

  /** Number of pings that are blocked in the kernel. */
  get hanging(): number {
    return this.#hanging.size;
  }

  /** Pings a server, or joins a ping that runs. Never throws. */
  ping(nid: string): Promise<PingResult> {
    if (this.#hanging.has(nid)) return Promise.resolve('silent');
    const running = this.#running.get(nid);
    if (running) return running;
    if (this.#hanging.size + this.#running.size >= MAX_PINGS) return Promise.resolve('busy');
    const started = this.#run(nid).finally(() => this.#running.delete(nid));
    this.#running.set(nid, started);
    return started;
  }

  async #run(nid: string): Promise<PingResult> {
    try {
      const { exitCode, stderr, interruptedBy } = await this.#lctl('ping', nid);
      if (exitCode === 0) return 'answers';
      if (interruptedBy) return 'silent';
      return SILENCE.test(stderr) && (await this.#hasNetwork()) ? 'silent' : 'unknown';
    } catch (error) {
      if (!(error instanceof StuckChildError)) return 'unknown';
      this.#remember(nid, error.child.ended);
      return 'silent';
    }
  }

  /** Returns true if LNet has a network on this node. Before the first mount it may have none, and pings nothing then. */
  async #hasNetwork(): Promise<boolean> {
    const { exitCode, stdout } = await this.#lctl('list_nids');
    return exitCode === 0 && /^\S+@(?!lo\b)\S+$/m.test(stdout);
  }

  #lctl(...args: readonly string[]): Promise<CommandResult> {
    return this.options.runner.run('lctl', args, {
      signal: new AbortController().signal,
      deadlineMs: this.options.deadlineMs ?? PING_MS,
      graceMs: 0,
      title: ['lctl', ...args].join(' '),
    });
  }

  #remember(nid: string, ended: Promise<void>): void {
    this.#hanging.add(nid);
    void ended.then(() => this.#hanging.delete(nid));
  }
}
