import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { ConfigurationError, messageOf } from '@lustre-csi/core';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod/mini';

/** Facts of a configuration file; absent ones are undefined. */
export interface ConfigFile {
  readonly region?: string | undefined;
  readonly tenancyId?: string | undefined;
  readonly userId?: string | undefined;
  readonly fingerprint?: string | undefined;
  /** PEM of the API signing key. */
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly compartmentId?: string | undefined;
  readonly usesInstancePrincipal?: boolean | undefined;
}

const text = z.optional(z.string());

/** Cloud provider configuration of oci-cloud-controller-manager, as far as needed. */
const providerConfig = z.object({
  auth: z.optional(
    z.object({
      region: text,
      tenancy: text,
      user: text,
      fingerprint: text,
      key: text,
      passphrase: text,
    }),
  ),
  compartment: text,
  useInstancePrincipals: z.optional(z.boolean()),
});

/** Reads a configuration file: the INI of the SDKs, or the YAML of Oracle's driver.
 *  @param profile section of the INI
 *  @throws ConfigurationError one line that names the file and what is wrong */
export async function readConfigFile(path: string, profile: string): Promise<ConfigFile> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(
      `cannot read the configuration of OCI ${path} (OCI_CONFIG_FILE): ${messageOf(error)}`,
    );
  });
  return /^\s*\[/m.test(content) && !/^\w+:/m.test(content)
    ? readIni(path, content, profile)
    : readYaml(path, content);
}

function readYaml(path: string, content: string): ConfigFile {
  const parsed = z.safeParse(providerConfig, yamlIn(path, content));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigurationError(
      `${path}: ${issue?.path.join('.') ?? 'it'} has another type than it must have`,
    );
  }
  const { auth = {}, compartment, useInstancePrincipals } = parsed.data;
  const { region, tenancy, user, fingerprint, key, passphrase } = auth;
  return {
    ...{ region, tenancyId: tenancy, userId: user, fingerprint, key, passphrase },
    compartmentId: compartment,
    usesInstancePrincipal: useInstancePrincipals,
  };
}

function yamlIn(path: string, content: string): unknown {
  try {
    return parseYaml(content) as unknown;
  } catch (error) {
    throw new ConfigurationError(`${path} is no YAML: ${messageOf(error).split('\n', 1).join('')}`);
  }
}

async function readIni(path: string, content: string, profile: string): Promise<ConfigFile> {
  const values = sectionOf(content, profile);
  if (!values) throw new ConfigurationError(`${path} has no section [${profile}]`);
  const keyFile = values.get('key_file');
  return {
    region: values.get('region'),
    tenancyId: values.get('tenancy'),
    userId: values.get('user'),
    fingerprint: values.get('fingerprint'),
    passphrase: values.get('pass_phrase'),
    compartmentId: values.get('compartment'),
    key: keyFile === undefined ? values.get('key_content') : await keyIn(path, keyFile),
  };
}

function sectionOf(content: string, wanted: string): ReadonlyMap<string, string> | undefined {
  const [, ...sections] = content.split(/^[ \t]*\[/m);
  const found = sections.find((section) => section.split(']', 1)[0]?.trim() === wanted);
  if (found === undefined) return undefined;
  const entries = found.matchAll(/^[ \t]*([A-Za-z_]+)[ \t]*=[ \t]*(.*?)[ \t]*\r?$/gm);
  return new Map([...entries].map(([, name = '', value = '']) => [name, value]));
}

async function keyIn(path: string, keyFile: string): Promise<string> {
  const file = resolve(dirname(path), keyFile.replace(/^~(?=\/)/, homedir()));
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`cannot read the key_file of ${path}: ${messageOf(error)}`);
  });
}
