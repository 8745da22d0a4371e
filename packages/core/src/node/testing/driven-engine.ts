import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { NodeStats } from '../../mount/node-stats.js';
import { collectOutput } from './collect-output.js';
import type { EngineAnswer, EngineCall } from './engine-process.js';

const defaults: Omit<EngineCall, 'id' | 'operation' | 'path'> = {
  volumeId: 'v1',
  source: '127.0.0.4@tcp:/lustrefs',
  readonly: false,
  context: {},
  capability: { accessMode: 'MULTI_NODE_MULTI_WRITER', fsType: '', mountFlags: [] },
  patienceMs: 20_000,
};

/** A node engine in a process that can be killed. */
export class DrivenEngine {
  readonly #waiting = new Map<number, (answer: EngineAnswer) => void>();
  #calls = 0;

  constructor(private readonly process: ChildProcessWithoutNullStreams) {
    const errors = collectOutput(process.stderr);
    process.stdin.on('error', () => {}); // It was killed before it read the call; `close` answers that call.
    createInterface({ input: process.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as EngineAnswer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    process.once('close', () => {
      for (const [id, answer] of this.#waiting) answer({ id, error: { kind: 'died', message: errors() } });
    });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** True if the process has ended. */
  get isGone(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  publish(path: string, change: Partial<EngineCall> = {}): Promise<EngineAnswer> {
    return this.#call({ ...defaults, ...change, operation: 'publish', path });
  }

  unpublish(path: string, change: Partial<EngineCall> = {}): Promise<EngineAnswer> {
    return this.#call({ ...defaults, ...change, operation: 'unpublish', path });
  }

  stats(path: string, change: Partial<EngineCall> = {}): Promise<EngineAnswer> {
    return this.#call({ ...defaults, ...change, operation: 'stats', path });
  }

  async nodeStats(): Promise<NodeStats> {
    const { value } = await this.#call({ ...defaults, operation: 'nodeStats', path: '' });
    return value as NodeStats;
  }

  /** Warnings in its log. */
  async warnings(): Promise<readonly string[]> {
    const { value } = await this.#call({ ...defaults, operation: 'warnings', path: '' });
    return value as readonly string[];
  }

  async stuck(): Promise<NodeStats['stuckChildren']> {
    return (await this.nodeStats()).stuckChildren;
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.isGone) return;
    const gone = new Promise((resolve) => this.process.once('close', resolve));
    this.process.kill('SIGKILL');
    await gone;
  }

  #call(call: Omit<EngineCall, 'id'>): Promise<EngineAnswer> {
    const id = (this.#calls += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.process.stdin.write(`${JSON.stringify({ ...call, id })}\n`);
    });
  }
}
