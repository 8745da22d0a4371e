import type { EngineCall } from './engine-process.js';
import type { DrivenEngine } from './driven-engine.js';
import type { PrivateNode } from './private-node.js';

/** What is to happen at one target, one after the other. */
export interface TargetPlan {
  readonly path: string;
  readonly change: Partial<EngineCall>;
  readonly operations: readonly ('publish' | 'unpublish')[];
}

/** As kubelet does: every target at once, its operations in order, each repeated until it succeeds. */
export class SimulatedKubelet {
  #engine: Promise<DrivenEngine>;
  #answers = 0;
  #deaths = 0;

  constructor(private readonly node: PrivateNode) {
    this.#engine = Promise.resolve(node.engine());
  }

  /** Answers that the engines have given. */
  get answers(): number {
    return this.#answers;
  }

  /** Calls that the death of an engine has cut off. */
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

  /** SIGKILL, and a new engine. */
  async restart(): Promise<void> {
    const before = await this.#engine;
    this.#engine = before.kill().then(() => this.node.engine());
    await this.#engine;
  }

  async stop(): Promise<void> {
    await (await this.#engine).kill();
  }
}
