import { parseArgs } from 'node:util';
import type { ClientSettings } from '../client-settings.js';
import { mountClient } from './mount-client.js';
import type { MountRequest } from './mount-client.js';
import { MountFailure, usageFailure } from './mount-failure.js';
import { SimulationError } from './simulation-error.js';

/** Exit status of mount(8) for a defect of its own: "internal mount bug". */
const internalError = 4;

/** Program behind the helper script: `mount-lustre.child.js SETTINGS SOURCE TARGET [-fnsv] [-o OPTIONS]`. */
function main([settings = '{}', ...args]: readonly string[]): number {
  try {
    mountClient(parseRequest(args), JSON.parse(settings) as ClientSettings);
    return 0;
  } catch (error) {
    if (error instanceof MountFailure) return report(error.message, error.exitStatus);
    if (error instanceof SimulationError) return report(`mount.lustre: ${error.message}`, internalError);
    throw error;
  }
}

function parseRequest(args: string[]): MountRequest {
  const { values, positionals } = parseHelperArgs(args);
  const [source, target] = positionals;
  if (source === undefined || target === undefined) throw usageFailure('mount.lustre: too few arguments');
  return { source, target, options: values.options?.join(',') ?? '', fake: values.fake ?? false };
}

function parseHelperArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        fake: { type: 'boolean', short: 'f' },
        'no-mtab': { type: 'boolean', short: 'n' },
        sloppy: { type: 'boolean', short: 's' },
        verbose: { type: 'boolean', short: 'v' },
        options: { type: 'string', short: 'o', multiple: true },
      },
    });
  } catch (error) {
    throw usageFailure(`mount.lustre: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function report(message: string, status: number): number {
  process.stderr.write(`${message}\n`);
  return status;
}

process.exitCode = main(process.argv.slice(2));
