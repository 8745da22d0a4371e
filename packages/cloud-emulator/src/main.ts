import { runCommandLine } from './commands/run-command-line.js';

process.exit(await runCommandLine(process.argv.slice(2)));
