import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandRunner } from '../../process/command.js';
import type { ClientParts } from './lustre-client.js';

/** Releases of the two halves of a Lustre client; absent: unknown. */
export interface ClientVersions {
  /** Release of the kernel's module, such as `2.15.6`. */
  readonly module?: string;
  /** Release of mount.lustre(8), lfs(1) and lctl(8) in the node plugin's container. */
  readonly utilities?: string;
}

/** Files in which the module shows its release. */
const MODULE_FILES = ['sys/module/lustre/version', 'sys/fs/lustre/version'];
const RELEASE = /\d+\.\d+(?:\.\d+)?[\w.-]*/;
const READ_MS = 2_000;

/** Reads the releases, none before the module is loaded. Never throws, and contacts no server. */
export async function readClientVersions(
  root = '/',
  runner: Pick<CommandRunner, 'run'> = new CommandRunner(),
): Promise<ClientVersions> {
  const module = await moduleRelease(root);
  return module === undefined ? {} : { module, ...(await utilitiesRelease(runner)) };
}

/** Describes the parts that are present with their releases, for a node whose client is not complete. Never throws. */
export async function describePresentParts(
  { hasHelper, hasModule }: Pick<ClientParts, 'hasHelper' | 'hasModule'>,
  root = '/',
  runner: Pick<CommandRunner, 'run'> = new CommandRunner(),
): Promise<string> {
  const module = (await moduleRelease(root)) ?? 'of unknown release';
  const { utilities = 'of unknown release' } = hasHelper ? await utilitiesRelease(runner) : {};
  return `module: ${hasModule ? module : 'not loaded'}; mount.lustre: ${hasHelper ? utilities : 'not installed'}`;
}

async function moduleRelease(root: string): Promise<string | undefined> {
  const files = await Promise.all(
    MODULE_FILES.map((file) => readFile(join(root, file), 'utf8').catch(() => '')),
  );
  return files.map((text) => RELEASE.exec(text)?.[0]).find((release) => release !== undefined);
}

async function utilitiesRelease(
  runner: Pick<CommandRunner, 'run'>,
): Promise<Pick<ClientVersions, 'utilities'>> {
  const options = { signal: new AbortController().signal, deadlineMs: READ_MS };
  const printed = await runner.run('mount.lustre', ['--version'], options).catch(() => undefined);
  const utilities = printed?.exitCode === 0 ? RELEASE.exec(printed.stdout + printed.stderr)?.[0] : undefined;
  return utilities === undefined ? {} : { utilities };
}

/** Trouble with a pair of releases, with the next step; undefined: none is known, or a release is unknown.
 *  mount.lustre needs no certain module, but for host names: from 2.17 on it passes them to the module as `mgsname`, which 2.16
 *  refuses (Lustre LU-16738). lfs and lctl share structures with the module, which change between releases. */
export function describeVersions({ module, utilities }: ClientVersions): string | undefined {
  const [inKernel, installed] = [minorOf(module), minorOf(utilities)];
  if (inKernel === undefined || installed === undefined || inKernel === installed) return undefined;
  const pair = `the Lustre utilities of the image are ${utilities}, and the node's module is ${module}`;
  if (inKernel === 16 && installed >= 17) {
    return (
      `${pair}: mount.lustre passes host names of servers to the module in an option that it does not know (EINVAL), unless the ` +
      `driver resolves them. Use utilities of 2.15 or 2.16, or write addresses`
    );
  }
  return (
    `${pair}: mounts work, but lfs and lctl (quotas, clientTuning, connections) may not. Use utilities of the module's ` +
    `release where these are used`
  );
}

/** Minor release of Lustre 2. */
const minorOf = (release: string | undefined): number | undefined => {
  const minor = /^2\.(?<minor>\d+)/.exec(release ?? '')?.groups?.['minor'];
  return minor === undefined ? undefined : Number(minor);
};
