import { isConfigurationError, messageOf } from '@lustre-csi/core';
import { orphansCommand } from './commands/orphans.js';
import { preStopHookCommand } from './commands/pre-stop-hook.js';
import { readinessProbeCommand } from './commands/readiness-probe.js';
import { serveCommand } from './commands/serve.js';
import { readConfig, type Command, type Invocation, type ProcessInput } from './config/config.js';
import { helpText } from './config/help.js';
import type { DriverDefinition } from './driver-definition.js';
import type { Output } from './output.js';

/** Exit status of a process with wrong settings. */
const BAD_CONFIGURATION = 2;
/** Exit status of a command that failed. */
const COMMAND_FAILED = 1;
/** Exit status of a command that found what it looks for: orphans, defects. */
const FOUND = 3;

/** Definition of a driver, and arguments and environment that replace those of this process. */
export type DriverOptions = DriverDefinition & ProcessInput;

/** Runs a driver until SIGTERM or SIGINT, or runs one of its commands.
 *  @returns the exit status, for `process.exit`: 0, 1 (a command failed), 2 (bad configuration), 3 (orphans or
 *  defects were found) */
export async function runDriver({ argv, environment, served, ...driver }: DriverOptions): Promise<number> {
  const { name, version } = driver;
  try {
    const invocation = readConfig(driver, { argv, environment, served });
    switch (invocation.kind) {
      case 'help':
        process.stdout.write(helpText(driver));
        return 0;
      case 'version':
        process.stdout.write(`${driver.replaces?.versionText(version) ?? `${name} ${version}`}\n`);
        return 0;
      case 'serve':
        await serveCommand(invocation.config, driver);
        return 0;
      default:
        return await runCommand(invocation, driver);
    }
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    return BAD_CONFIGURATION;
  }
}

const output: Output = {
  write: (text) => void process.stdout.write(text),
  isTerminal: process.stdout.isTTY === true,
};

type CommandInvocation = Extract<Invocation, { readonly kind: Command }>;

/** Runs a command. If it fails, prints one line with the reason. */
async function runCommand(invocation: CommandInvocation, driver: DriverDefinition): Promise<number> {
  try {
    return await outcomeOf(invocation, driver);
  } catch (error) {
    if (isConfigurationError(error)) throw error;
    process.stderr.write(`${driver.name}: ${invocation.kind}: ${messageOf(error)}\n`);
    return COMMAND_FAILED;
  }
}

async function outcomeOf(invocation: CommandInvocation, driver: DriverDefinition): Promise<number> {
  switch (invocation.kind) {
    case 'pre-stop-hook':
      await preStopHookCommand(invocation.config);
      return 0;
    case 'readiness-probe':
      await readinessProbeCommand(invocation.config, (line) => process.stdout.write(`${line}\n`));
      return 0;
    case 'orphans': {
      const print = (line: string): boolean => process.stdout.write(`${line}\n`);
      return (await orphansCommand(invocation.config, driver, print)) > 0 ? FOUND : 0;
    }
    case 'guest':
      return (await import('./guest/guest-command.js')).guestCommand(invocation.config);
    case 'doctor':
      // The commands below are loaded on use: a node that serves needs none of them.
      return (await import('./doctor/doctor-command.js')).doctorCommand(invocation.config, driver, output);
    case 'preflight':
      return (await import('./preflight/preflight-command.js')).preflightCommand(
        invocation.config,
        driver,
        output,
      );
    case 'support-bundle':
      return (await import('./support-bundle/support-bundle-command.js')).supportBundleCommand(
        invocation.config,
        driver,
      );
  }
}
