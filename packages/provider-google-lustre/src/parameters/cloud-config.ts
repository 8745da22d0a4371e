import { readFile } from 'node:fs/promises';
import { ConfigurationError, messageOf, type Settings } from '@lustre-csi/core';
import { cloudConfigFlag, endpointFlag, legacyPortFlag } from './flags.js';

/** Settings of the provider. */
export interface CloudConfig {
  /** Origin of the API, without a slash at the end. */
  readonly endpoint: string;
  /** Absent: that of the metadata server. */
  readonly project?: string;
  /** Zone of volumes without a topology; absent: that of the metadata server. */
  readonly zone?: string;
  readonly legacyPort: boolean;
}

/** Endpoints by the words of lustre-csi-driver of Google. */
const endpoints: ReadonlyMap<string, string> = new Map([
  ['', 'https://lustre.googleapis.com'],
  ['prod', 'https://lustre.googleapis.com'],
  ['staging', 'https://staging-lustre.sandbox.googleapis.com'],
  ['autopush', 'https://autopush-lustre.sandbox.googleapis.com'],
]);

/** Reads the flags and the configuration file that they name.
 *  @throws ConfigurationError one line that names the setting or the file */
export async function readCloudConfig(settings: Settings): Promise<CloudConfig> {
  const path = settings.flag(cloudConfigFlag.name);
  const fields = path ? globalSection(await read(path)) : new Map<string, string>();
  const project = fields.get('project-id') || settings.environment('GOOGLE_CLOUD_PROJECT');
  const zone = fields.get('zone');
  return {
    endpoint: endpointIn(settings),
    legacyPort: settings.flag(legacyPortFlag.name) === 'true',
    ...(project ? { project } : {}),
    ...(zone ? { zone } : {}),
  };
}

function endpointIn(settings: Settings): string {
  const given = settings.flag(endpointFlag.name) ?? settings.environment(endpointFlag.environment) ?? '';
  const known = endpoints.get(given);
  if (known !== undefined) return known;
  if (/^https?:\/\/[^/]+\/?$/.test(given)) return given.replace(/\/$/, '');
  throw new ConfigurationError(
    `--${endpointFlag.name} is "${given}": write prod, staging, autopush, or a URL without a path`,
  );
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      `cannot read the cloud configuration ${path} (${messageOf(error)}): correct --${cloudConfigFlag.name}`,
    );
  }
}

/** Reads the section [global] of gce.conf (gcfg: `key = value`, comments with # and ;, values may have quotes). */
function globalSection(content: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let section = '';
  for (const line of content.split('\n').map((text) => text.trim())) {
    const heading = /^\[\s*"?([\w-]+)"?\s*\]/.exec(line)?.[1];
    if (heading !== undefined) section = heading.toLowerCase();
    const [, key, value] = /^([\w-]+)\s*=\s*"?([^"#;]*?)"?\s*(?:[#;].*)?$/.exec(line) ?? [];
    if (section === 'global' && key !== undefined && value !== undefined && value !== 'nil') {
      fields.set(key.toLowerCase(), value);
    }
  }
  return fields;
}
