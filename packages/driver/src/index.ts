export { runDriver } from './run.js';
export { providers } from './providers.js';
export { createContainer, tokens } from './container.js';
export { allFlags, readConfig, type Config, type Invocation, type Mode } from './config.js';
export { helpText } from './help.js';
export { version } from './version.js';
