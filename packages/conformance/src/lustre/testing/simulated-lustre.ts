import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let made = 0;

/** Adds a file system to the simulation that this process runs in (`lustre-cloud-emulator exec`).
 *  @param dnsNames host names of its server
 *  @returns its source, as mount(8) takes it */
export function addSimulatedFileSystem(dnsNames: readonly string[] = []): string {
  const registry = process.env['LUSTRE_EMULATOR_LUSTRE_REGISTRY'];
  if (registry === undefined) throw new Error('this process does not run inside lustre-cloud-emulator exec');
  const id = `suite-${process.pid}-${(made += 1)}`;
  const address = `10.98.${process.pid % 250}.${made}`;
  const server = { id, mgsAddresses: [address], dnsNames, fsname: 'scratch', version: '2.15.5' };
  const capacityBytes = (100n * 1024n ** 4n).toString();
  writeFileSync(join(registry, `${id}.json`), JSON.stringify({ ...server, capacityBytes }));
  // In the simulation, a file of its own; the emulator adds the names itself when it next writes it.
  for (const name of dnsNames) appendFileSync('/etc/hosts', `${address} ${name}\n`);
  return `${address}@tcp:/scratch`;
}
