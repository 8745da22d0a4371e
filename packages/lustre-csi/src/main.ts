#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runDriver } from '@lustre-csi/driver';
import { providers } from './providers.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

// An abandoned child or connection must not keep a stopped driver alive: the status ends the process.
process.exit(await runDriver({ name: 'lustre-csi', version, providers }));
