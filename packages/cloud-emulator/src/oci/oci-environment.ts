import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ociSeed } from './seed.js';
import { fingerprintOf, seedUserKey } from './seed-user-key.js';

/**
 * Environment variables with which the driver reaches the emulated tenancy as its user. Writes the configuration file of
 * the SDKs, and the key that it names, into the directory.
 */
export function writeOciEnvironment(directory: string, url: string): Record<string, string> {
  const config = join(directory, 'oci-config');
  const keyFile = join(directory, 'oci-key.pem');
  const key = seedUserKey();
  writeFileSync(keyFile, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const settings = {
    user: ociSeed.userId,
    fingerprint: fingerprintOf(key),
    tenancy: ociSeed.tenancyId,
    region: ociSeed.region,
    key_file: keyFile,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  writeFileSync(config, ['[DEFAULT]', ...lines, ''].join('\n'), { mode: 0o600 });
  return {
    OCI_CONFIG_FILE: config,
    OCI_COMPARTMENT_ID: ociSeed.compartmentIds[0],
    OCI_LUSTRE_ENDPOINT: url,
    OCI_IDENTITY_ENDPOINT: url,
  };
}
