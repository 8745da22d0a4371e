import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Variables of the test runner and of the npm script around it: a tool works as it does in a shell of its own. */
const OWN = /^(npm_(?!config_(cache|userconfig|registry)$)|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$|INIT_CWD$)/i;

/** Environment of a tool. Packages come from the cache of npm where it has them. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OWN.test(name));
  return { ...Object.fromEntries(kept), npm_config_prefer_offline: 'true', npm_config_loglevel: 'error' };
}

/** Runs a tool and returns its standard output.
 *  @throws Error with everything that the tool has printed, if it fails */
export async function runTool(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly environment?: NodeJS.ProcessEnv },
): Promise<string> {
  const env = { ...toolEnvironment(), ...options.environment };
  try {
    const { stdout } = await execute(command, args, { cwd: options.cwd, env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}
