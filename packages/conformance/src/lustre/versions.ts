import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { CsiClient } from '@lustre-csi/core/client';
import type { Header } from './report.js';
import { runTool } from './run-tool.js';

/** Versions of all that takes part. Those that cannot be read are "unknown". */
export async function readVersions(source: string, fsname: string, client: CsiClient): Promise<Header> {
  const [tool, lfs, lctl, servers, driver] = await Promise.all([
    firstLine('mount.lustre', ['--version']),
    firstLine('lfs', ['--version']),
    firstLine('lctl', ['--version']),
    runTool('lctl', ['get_param', '-n', `mdc.${fsname}-*.import`], { timeoutMs: 10_000 }),
    client.identity.getPluginInfo({}),
  ]);
  return [
    ['source', source],
    ['system', systemName()],
    ['kernel', release()],
    ['client module', (await moduleVersion()) ?? 'unknown'],
    ['mount.lustre', tool],
    ['lfs', lfs],
    ['lctl', lctl],
    ['servers', serverVersions(servers.stdout)],
    ['driver', `${driver.name} ${driver.vendorVersion}`],
    ['Node.js', process.version],
  ];
}

/** Versions that the metadata servers report, from the output of `lctl get_param mdc.*.import`. */
export function serverVersions(imports: string): string {
  const found = [...imports.matchAll(/^\s*target_version:\s*(\S+)/gm)].map(([, version = '']) => version);
  return found.length === 0 ? 'unknown' : [...new Set(found)].join(', ');
}

async function moduleVersion(): Promise<string | undefined> {
  const files = ['/sys/fs/lustre/version', '/sys/module/lustre/version'];
  const texts = files.map((file) => readText(file)?.trim()).filter((text) => text);
  if (texts[0]) return texts[0];
  const { status, stdout } = await runTool('lctl', ['get_param', '-n', 'version'], { timeoutMs: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
}

function systemName(): string {
  const [, name] = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readText('/etc/os-release') ?? '') ?? [];
  return name ?? 'unknown';
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function firstLine(program: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runTool(program, args, { timeoutMs: 10_000 });
  const [line = ''] = (stdout.trim() || stderr.trim()).split('\n');
  return status === 0 && line !== '' ? line : 'unknown';
}
