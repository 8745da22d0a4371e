export { runDriver, type DriverOptions } from './run.js';
export type { DriverDefinition, ReplacedExecutable } from './driver-definition.js';
export { tokens } from './container/container.js';
export { allFlags, type CommandConfig, type ProcessInput } from './config/config.js';
export { commandGrammars, type CommandGrammar } from './config/command-flags.js';
export { driverFlags, legacyFlags, type LegacyFlag } from './config/flags.js';
export type { Container } from 'inversify';
