import { readFileSync } from 'node:fs';
import { runDriver, type DriverDefinition } from '@lustre-csi/driver';
import { providers } from './providers.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Runs the driver with all providers, then ends the process: an abandoned child or connection must not keep a stopped driver
 *  alive. */
export async function runLustreCsi(definition: Pick<DriverDefinition, 'name' | 'replaces'>): Promise<never> {
  process.exit(await runDriver({ ...definition, version, providers }));
}
