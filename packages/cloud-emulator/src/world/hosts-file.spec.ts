import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostsFile, writeHostsFile } from './hosts-file.js';
import { LustreRegistryDirectory, type LustreServer } from './lustre-registry.js';

let registry: string;
beforeEach(() => void (registry = mkdtempSync(join(tmpdir(), 'lustre-registry-'))));
afterEach(() => rmSync(registry, { recursive: true }));

const server = (id: string, dnsNames: readonly string[]): LustreServer => ({
  ...{ id, dnsNames, fsname: 'fsx', capacityBytes: 1n, version: '2.15.5' },
  mgsAddresses: [`10.0.0.${id.length}`, '10.0.0.99'],
});
const lines = () => readFileSync(hostsFile(registry), 'utf8').split('\n');

it('names the file systems of a registry as long as they exist, in one and the same file', () => {
  const directory = new LustreRegistryDirectory(registry);
  directory.publish(server('fs-1', ['fs-1.example', 'alias.example']));
  const { ino } = statSync(hostsFile(registry));
  directory.publish(server('fs-22', ['fs-22.example']));
  expect(lines()).toEqual(
    expect.arrayContaining(['10.0.0.4 fs-1.example', '10.0.0.4 alias.example', '10.0.0.5 fs-22.example']),
  );
  directory.withdraw('fs-1');
  expect(lines()).not.toContain('10.0.0.4 fs-1.example');
  expect(statSync(hostsFile(registry)).ino).toBe(ino);
});

it('keeps the lines of the machine, and passes over what is being written', () => {
  const own = join(registry, 'own');
  writeFileSync(own, '127.0.0.1 localhost\n');
  writeFileSync(join(registry, 'half.json'), '{"id": "ha');
  writeHostsFile(registry, own);
  expect(lines()).toContain('127.0.0.1 localhost');
});
