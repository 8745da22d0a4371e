import { createHash } from 'node:crypto';
import type { FlowBench } from '../flows/flow-bench.js';

/**
 * Writes numbered lines with a checksum until the file `end` appears, and ends with an error at the first write that fails.
 * `sync` makes the line leave the pod.
 */
const script = (name: string): string => `
i=0
until [ -e /data/end ]; do
  i=$((i+1))
  line="${name} $i"
  echo "$line $(echo "$line" | md5sum | cut -c1-32)" >> /data/${name}.log || exit 1
  sleep 0.2
done
`;

/** Pods that write to a volume while something breaks. */
export class Writers {
  readonly #names: readonly string[];

  constructor(
    private readonly bench: FlowBench,
    private readonly claim: string,
    count: number,
  ) {
    this.#names = Array.from({ length: count }, (_, index) => `writer-${index}`);
  }

  async start(): Promise<void> {
    for (const name of this.#names)
      await this.bench.createPod(name, { volume: this.claim, script: script(name) });
    await this.bench.running(...this.#names);
  }

  /** Ends the writers and reads their logs through a new mount.
   *  @returns lines that are missing, double or damaged
   *  @throws Error where a write has failed */
  async finish(): Promise<readonly string[]> {
    await this.bench.run('end', { volume: this.claim, script: 'touch /data/end' });
    for (const name of this.#names) await this.bench.succeeded(name);
    await this.bench.deletePods(...this.#names);
    const findings: string[] = [];
    for (const name of this.#names) {
      const log = await this.bench.run(`read-${name}`, {
        volume: this.claim,
        script: `cat /data/${name}.log`,
      });
      findings.push(...damagedLines(name, log));
    }
    return findings;
  }
}

/** Lines of a writer's log that are not those which it wrote, in its order. */
export function damagedLines(name: string, log: string): readonly string[] {
  const lines = log.trim().split('\n');
  if (lines.length < 2) return [`${name}: only ${lines.length} lines`];
  return lines.filter((line, index) => {
    const text = `${name} ${index + 1}`;
    return line !== `${text} ${createHash('md5').update(`${text}\n`).digest('hex')}`;
  });
}
