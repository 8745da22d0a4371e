import { readFileSync } from 'node:fs';
import { optionsHelp, parseCommandOptions } from './command-options.js';
import { serverFaultKinds } from '../world/server-faults.js';
import { UsageError } from './usage-error.js';

/** Exit status for a bad command line, as usual on Unix. */
const usageStatus = 2;

/** Runs `lustre-cloud-emulator ARGS` and returns its exit status. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`lustre-cloud-emulator: ${message}\n`);
    return error instanceof UsageError ? usageStatus : 1;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  if (own.includes('--help') || own.includes('-h')) return print(help());
  if (own.includes('--version')) return print(version());
  const [name, ...rest] = own;
  if (name === 'serve') return serveCommand(rest, end);
  if (name === 'exec') return execCommand(rest, end < 0 ? [] : args.slice(end + 1));
  if (name === 'lustre-fault') return lustreFaultCommand(rest);
  const problem = name === undefined ? 'a command is missing' : `'${name}' is not a command`;
  throw new UsageError(`${problem}: serve, exec or lustre-fault (see --help)`);
}

// The servers are loaded only where they are needed: a bad command line is answered at once.
async function serveCommand(rest: readonly string[], end: number): Promise<number> {
  if (end >= 0) throw new UsageError('serve runs no COMMAND; exec does');
  const options = parseCommandOptions(rest);
  const { serve } = await import('./serve.js');
  return serve(options);
}

async function execCommand(rest: readonly string[], command: readonly string[]): Promise<number> {
  const options = parseCommandOptions(rest);
  if (command.length === 0) throw new UsageError('exec needs a command: exec [OPTIONS] -- COMMAND [ARGS]');
  const { exec } = await import('./exec.js');
  return exec(options, command);
}

async function lustreFaultCommand(rest: readonly string[]): Promise<number> {
  const { lustreFault } = await import('./lustre-fault.js');
  const output = lustreFault(rest, process.env);
  return output === '' ? 0 : print(output);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

const help =
  (): string => `Amazon FSx, EC2, Azure Resource Manager and Entra ID on loopback, and a simulated mount.lustre.

Usage:
  lustre-cloud-emulator serve [OPTIONS]                 serve until SIGTERM; print the settings as JSON
  lustre-cloud-emulator exec [OPTIONS] -- COMMAND...    run COMMAND where the clouds are emulated and
                                                        mount -t lustre works; exit with its status
  lustre-cloud-emulator lustre-fault KIND FILE_SYSTEM [OST]
                                                        arm a fault of simulated Lustre servers, in a COMMAND of
                                                        exec: ${serverFaultKinds.join(', ')}
  lustre-cloud-emulator lustre-fault list | clear [FILE_SYSTEM]

Options (defaults in parentheses; seconds may have fractions):
${optionsHelp()}
  --help, --version

Exit status of exec: that of COMMAND, 128+n if signal n ended it; 2 for a bad command line; 3 where mounts
cannot be simulated.`;
