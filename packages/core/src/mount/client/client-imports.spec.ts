import { describe, expect, it } from 'vitest';
import { ClientImports, connectionsIn } from './client-imports.js';
import { CommandRunner, type CommandResult, type RunOptions } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';

/** Import in the format of lctl get_param -n. */
const shown = (target: string, state: string): string => `import:
    name: ${target}-mdc-ffff937009271000
    target: ${target}_UUID
    state: ${state}
    connect_flags: [ write_grant, server_lock, version ]
    import_flags: [ replayable, pingable, connect_tried ]
    connection:
       failover_nids: [ "10.0.0.4@tcp" ]
       current_connection: "10.0.0.4@tcp"
`;

describe('connectionsIn', () => {
  it.each<[string, readonly string[], string]>([
    ['all servers', ['FULL', 'FULL', 'FULL'], 'all'],
    ['a storage target at rest', ['FULL', 'IDLE'], 'all'],
    ['a lost server', ['FULL', 'DISCONN'], 'some missing'],
    ['one that is being looked for', ['CONNECTING', 'FULL'], 'some missing'],
    ['one that is being recovered', ['FULL', 'REPLAY_WAIT'], 'some missing'],
    ['an eviction', ['EVICTED'], 'some missing'],
    ['nothing', [], 'unknown'],
  ])('%s', (_, states, connections) => {
    const text = states.map((state, index) => shown(`lustrefs-MDT000${index}`, state)).join('');
    expect(connectionsIn(text)).toBe(connections);
  });

  it('takes no other line for a state', () => {
    expect(connectionsIn('error: get_param: param_path: No such file\n  last_state: FULL\n')).toBe('unknown');
  });
});

describe('ClientImports', () => {
  const ran: string[] = [];
  const imports = (outcome: Partial<CommandResult> | Error) =>
    new ClientImports({
      runner: {
        run: (program: string, args: readonly string[]) => {
          ran.push([program, ...args].join(' '));
          if (outcome instanceof Error) return Promise.reject(outcome);
          return Promise.resolve({ pid: 1, exitCode: 0, signal: null, stdout: '', stderr: '', ...outcome });
        },
      },
    });

  it('asks lctl about the clients of that file system', async () => {
    expect(await imports({ stdout: shown('scratch-MDT0000', 'FULL') }).connectionsOf('scratch')).toBe('all');
    expect(ran).toEqual(['lctl get_param -n mdc.scratch-*.import osc.scratch-*.import']);
  });

  it('knows nothing where lctl shows nothing, is missing or is stuck', async () => {
    const ended = Promise.resolve();
    const stuck = new StuckChildError({ pid: 1, command: 'lctl', startedAt: 0, state: 'D', ended });
    for (const outcome of [{ exitCode: 2 }, new Error('ENOENT'), stuck])
      expect(await imports(outcome).connectionsOf('scratch')).toBe('unknown');
  });

  it('waits for no tool that hangs', async () => {
    const runner = {
      run: (_program: string, _args: readonly string[], options: RunOptions) =>
        new CommandRunner().run('sleep', ['60'], options),
    };
    expect(await new ClientImports({ runner, deadlineMs: 50 }).connectionsOf('scratch')).toBe('unknown');
  });
});
