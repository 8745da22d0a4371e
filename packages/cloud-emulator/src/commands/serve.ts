import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { startEmulator } from '../emulator.js';
import { pagesOf, type CommandOptions } from './command-options.js';
import { withTemporaryDirectory } from './temporary-directory.js';

/** Serves the clouds until SIGTERM or SIGINT; prints the settings as one JSON object. Returns the exit status. */
export async function serve(options: CommandOptions): Promise<number> {
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  return withTemporaryDirectory(async (temporary) => {
    const directory = options.directory ?? temporary;
    mkdirSync(directory, { recursive: true });
    const emulator = await startEmulator({
      durations: options.durations,
      awsPort: options.awsPort,
      azurePort: options.azurePort,
      ...pagesOf(options),
      ...(options.lustreRegistry === undefined ? {} : { lustreRegistryDir: options.lustreRegistry }),
    });
    try {
      const settings = { ...emulator.settings(), environment: emulator.environment(directory) };
      process.stdout.write(`${JSON.stringify(settings)}\n`);
      await stopped;
      return 0;
    } finally {
      await emulator.stop();
    }
  });
}
