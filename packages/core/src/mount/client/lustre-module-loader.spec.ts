import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CommandRunner, type CommandResult, type RunOptions } from '../../process/command.js';
import { LustreModuleLoader } from './lustre-module-loader.js';
import { StuckChildError } from '../../process/stuck-child.js';

const signal = new AbortController().signal;
const failed: CommandResult = { pid: 1, exitCode: 32, signal: null, stdout: '', stderr: 'unknown type' };

/** Records the commands, and the existence of the target at that time. */
function recorded(outcome: () => Promise<CommandResult> = () => Promise.resolve(failed)) {
  const runs: {
    readonly command: readonly string[];
    readonly options: RunOptions;
    readonly target: string;
  }[] = [];
  const run = (program: string, args: readonly string[], options: RunOptions): Promise<CommandResult> => {
    const target = args.at(-1) ?? '';
    expect(existsSync(target)).toBe(true);
    runs.push({ command: [program, ...args.slice(0, -1)], options, target });
    return outcome();
  };
  return { runs, loader: new LustreModuleLoader({ run }) };
}

describe('LustreModuleLoader', () => {
  it('names the type to the kernel, without the helper and without a server, and leaves nothing behind', async () => {
    const { runs, loader } = recorded();
    await loader.load(signal);
    expect(runs.map(({ command }) => command)).toEqual([['mount', '-i', '-t', 'lustre', 'none']]);
    expect(runs[0]?.options.deadlineMs).toBeLessThanOrEqual(30_000);
    expect(existsSync(runs[0]?.target ?? '')).toBe(false);
  });

  it('mounts nothing with the real mount(8)', async () => {
    const ended: CommandResult[] = [];
    const runner = new CommandRunner();
    const run: CommandRunner['run'] = async (program, args, options) => {
      const result = await runner.run(program, args, options);
      ended.push(result);
      return result;
    };
    await new LustreModuleLoader({ run }).load(signal);
    expect(ended).toHaveLength(1);
    expect(ended[0]?.exitCode).toBeGreaterThan(0);
  });

  it('does not mind a container without mount(8)', async () => {
    const { runs, loader } = recorded(() => Promise.reject(new Error('mount cannot be run (ENOENT)')));
    await loader.load(signal);
    await loader.load(signal);
    expect(runs).toHaveLength(2);
    expect(existsSync(runs[0]?.target ?? '')).toBe(false);
  });

  it('starts nothing more while the kernel holds an attempt', async () => {
    let letGo = (): void => {};
    const ended = new Promise<void>((resolve) => (letGo = resolve));
    const stuck = new StuckChildError({ pid: 7, command: 'mount', startedAt: 0, state: 'D', ended });
    const { runs, loader } = recorded(() => Promise.reject(stuck));
    await loader.load(signal);
    await loader.load(signal);
    expect(runs).toHaveLength(1);
    letGo();
    await ended;
    await loader.load(signal);
    expect(runs).toHaveLength(2);
  });

  it('starts nothing for a caller that has gone', async () => {
    const { runs, loader } = recorded();
    await loader.load(AbortSignal.abort());
    expect(runs).toEqual([]);
  });
});
