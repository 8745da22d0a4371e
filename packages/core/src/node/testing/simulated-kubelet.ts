import type { EngineCall } from './engine-process.js';
import type { DrivenEngine } from './driven-engine.js';
import type { PrivateNode } from './private-node.js';

/** Operations at one target, one after the other. */
export interface TargetPlan {
  readonly path: string;
  readonly change: Partial<EngineCall>;
  readonly operations: readonly ('publish' | 'unpublish')[];
}

/** Kubelet for tests: works on all targets at once, and repeats each operation until it succeeds. */
export class SimulatedKubelet {
  #engine: Promise<DrivenEngine>;
  #answers = 0;
  #deaths = 0;

  constructor(private readonly node: PrivateNode) {
    this.#engine = Promise.resolve(node.engine());
  }

  /** Number of answers of the engines. */
  get answers(): number {
    return this.#answers;
  }

  /** Number of calls that the death of an engine has interrupted. */
  get deaths(): number {
    return this.#deaths;
  }

  async run(plans: readonly TargetPlan[]): Promise<void> {
    await Promise.all(plans.map((plan) => this.#runTarget(plan)));
  }

  async #runTarget({ path, change, operations }: TargetPlan): Promise<void> {
    for (const operation of operations) {
      for (;;) {
        const engine = await this.#engine;
        const { error } = await engine[operation](path, change);
        if (error?.kind === 'died') {
          this.#deaths += 1;
          continue;
        }
        this.#answers += 1;
        if (!error) break;
        if (!['aborted', 'unavailable', 'deadline-exceeded'].includes(error.kind)) {
          throw new Error(`${operation} ${path}: ${error.kind}: ${error.message}`);
        }
      }
    }
  }

  /** Kills the engine and starts a new one. */
  async restart(): Promise<void> {
    const before = await this.#engine;
    this.#engine = before.kill().then(() => this.node.engine());
    await this.#engine;
  }

  async stop(): Promise<void> {
    await (await this.#engine).kill();
  }
}
