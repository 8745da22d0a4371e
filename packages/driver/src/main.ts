#!/usr/bin/env node
import { providers } from './providers.js';
import { runDriver } from './run.js';

// An abandoned child or connection must not keep a stopped driver alive: the status ends the process.
process.exit(await runDriver(providers));
