import { ConfigurationError, messageOf, type ProviderPlugin } from '@lustre-csi/core';
import { orphansCommand } from './commands/orphans.js';
import { preStopHookCommand } from './commands/pre-stop-hook.js';
import { serveCommand } from './commands/serve.js';
import { readConfig, type Command, type CommandConfig } from './config.js';
import { helpText } from './help.js';
import { version } from './version.js';

/** Exit status of a process that was started with settings it cannot work with. */
const BAD_CONFIGURATION = 2;
/** Of a command that could not find out what it has to. */
const COMMAND_FAILED = 1;
/** Of a command that has found what it looks for. */
const FOUND = 3;

/** Runs a driver made of these providers and gives its exit status: what the executable does, for drivers of your
 *  own. `argv` holds the arguments alone. */
export async function runDriver(
  providers: readonly ProviderPlugin[],
  argv: readonly string[] = process.argv.slice(2),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  try {
    const invocation = readConfig(argv, environment, providers);
    switch (invocation.kind) {
      case 'help':
        process.stdout.write(helpText(providers));
        return 0;
      case 'version':
        process.stdout.write(`lustre-csi ${version}\n`);
        return 0;
      case 'serve':
        await serveCommand(invocation.config);
        return 0;
      default:
        return await runCommand(invocation.kind, invocation.config);
    }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`lustre-csi: ${error.message}\n`);
    return BAD_CONFIGURATION;
  }
}

/** Says in a line why it failed. */
async function runCommand(command: Command, config: CommandConfig): Promise<number> {
  try {
    if (command === 'pre-stop-hook') await preStopHookCommand(config);
    else if ((await orphansCommand(config, (line) => process.stdout.write(`${line}\n`))) > 0) return FOUND;
    return 0;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    process.stderr.write(`lustre-csi: ${command}: ${messageOf(error)}\n`);
    return COMMAND_FAILED;
  }
}
