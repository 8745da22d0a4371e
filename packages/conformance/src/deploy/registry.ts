import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Registry of images in memory, on the loopback address. */
export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts `crane registry serve`.
 *  @throws Error with its output, if it ends instead */
export async function startRegistry(crane: string): Promise<Registry> {
  const child = spawn(crane, ['registry', 'serve', '--address', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  // Read to the end: it writes a line for each request.
  const lines = createInterface({ input: child.stderr });
  const printed: string[] = [];
  const port = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      printed.push(line);
      const found = /serving on port (\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    lines.once('close', () => reject(new Error(`crane registry serve ended: ${printed.join('\n')}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  return { address: `127.0.0.1:${port}`, stop };
}
