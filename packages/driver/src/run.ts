import { ConfigurationError, messageOf, type ProviderPlugin } from '@lustre-csi/core';
import { preStopHookCommand } from './commands/pre-stop-hook.js';
import { serveCommand } from './commands/serve.js';
import { readConfig, type NodeCommandConfig } from './config.js';
import { helpText } from './help.js';
import { version } from './version.js';

/** Exit status of a process that was started with settings it cannot work with. */
const BAD_CONFIGURATION = 2;
/** Of a hook that could not find out what it has to. */
const HOOK_FAILED = 1;

/** Runs a driver made of these providers and gives its exit status: what the executable does, for drivers of your
 *  own. `argv` holds the arguments alone. */
export async function runDriver(
  providers: readonly ProviderPlugin[],
  argv: readonly string[] = process.argv.slice(2),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  try {
    const invocation = readConfig(argv, environment, providers);
    if (invocation.kind === 'help') process.stdout.write(helpText(providers));
    if (invocation.kind === 'version') process.stdout.write(`lustre-csi ${version}\n`);
    if (invocation.kind === 'pre-stop-hook') return await preStopHook(invocation.config);
    if (invocation.kind === 'serve') await serveCommand(invocation.config);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`lustre-csi: ${error.message}\n`);
    return BAD_CONFIGURATION;
  }
}

/** Kubelet shows what a hook prints only where it fails. */
async function preStopHook(config: NodeCommandConfig): Promise<number> {
  try {
    await preStopHookCommand(config);
    return 0;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    process.stderr.write(`lustre-csi: pre-stop-hook: ${messageOf(error)}\n`);
    return HOOK_FAILED;
  }
}
