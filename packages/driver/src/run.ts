import { isConfigurationError, messageOf } from '@lustre-csi/core';
import { orphansCommand } from './commands/orphans.js';
import { preStopHookCommand } from './commands/pre-stop-hook.js';
import { serveCommand } from './commands/serve.js';
import { readConfig, type Command, type CommandConfig, type ProcessInput } from './config/config.js';
import { helpText } from './config/help.js';
import type { DriverDefinition } from './driver-definition.js';

/** Exit status of a process with wrong settings. */
const BAD_CONFIGURATION = 2;
/** Exit status of a command that failed. */
const COMMAND_FAILED = 1;
/** Exit status of a command that found orphans. */
const FOUND = 3;

/** Definition of a driver, and arguments and environment that replace those of this process. */
export type DriverOptions = DriverDefinition & ProcessInput;

/** Runs a driver until SIGTERM or SIGINT, or runs one of its commands.
 *  @returns the exit status, for `process.exit`: 0, 1 (a command failed), 2 (bad configuration), 3 (orphans were found) */
export async function runDriver({ argv, environment, ...driver }: DriverOptions): Promise<number> {
  const { name, version } = driver;
  try {
    const invocation = readConfig(driver, { argv, environment });
    switch (invocation.kind) {
      case 'help':
        process.stdout.write(helpText(driver));
        return 0;
      case 'version':
        process.stdout.write(`${name} ${version}\n`);
        return 0;
      case 'serve':
        await serveCommand(invocation.config, driver);
        return 0;
      default:
        return await runCommand(invocation.kind, invocation.config, driver);
    }
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    return BAD_CONFIGURATION;
  }
}

/** Runs a command. If it fails, prints one line with the reason. */
async function runCommand(
  command: Command,
  config: CommandConfig,
  driver: DriverDefinition,
): Promise<number> {
  try {
    if (command === 'pre-stop-hook') await preStopHookCommand(config);
    else if ((await orphansCommand(config, driver, (line) => process.stdout.write(`${line}\n`))) > 0)
      return FOUND;
    return 0;
  } catch (error) {
    if (isConfigurationError(error)) throw error;
    process.stderr.write(`${driver.name}: ${command}: ${messageOf(error)}\n`);
    return COMMAND_FAILED;
  }
}
