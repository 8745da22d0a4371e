import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../../process/command.js';
import { StuckChildError } from '../../process/stuck-child.js';
import { settled } from '../../testing/manual-clock.js';
import { LnetPing } from './lnet-ping.js';

const result = (exitCode: number, stderr: string, stdout = ''): CommandResult => ({
  ...{ pid: 1, signal: null },
  ...{ exitCode, stderr, stdout },
});

/** lctl whose ping ends like this, on a node with these NIDs. */
const lctl = (ping: CommandResult, nids = '10.9.0.2@tcp\n') => ({
  run: (_: string, [command]: readonly string[]) =>
    Promise.resolve(command === 'list_nids' ? result(0, '', nids) : ping),
});

describe('LnetPing', () => {
  // Texts of lctl 2.15 and 2.17.
  it.each([
    [0, '', 'answers'],
    [1, 'failed to ping 10.9.0.77@tcp: Input/output error', 'silent'],
    [110, 'failed to ping 10.9.0.94@tcp: Connection timed out', 'silent'],
    [113, 'failed to ping 10.9.0.94@tcp: No route to host', 'silent'],
    [111, 'failed to ping 10.9.0.94@tcp: Connection refused', 'silent'],
    [22, 'Invalid NID argument "nohost@tcp"', 'unknown'],
    [2, 'opening /dev/lnet failed: No such file or directory', 'unknown'],
    [19, 'failed to ping 10.9.0.94@tcp: No such device', 'unknown'],
  ])('reads exit %i, "%s" as %s', async (exitCode, stderr, expected) => {
    const lnet = new LnetPing({ runner: lctl(result(exitCode, stderr)) });
    expect(await lnet.ping('10.9.0.94@tcp')).toBe(expected);
  });

  it.each(['', '0@lo\n'])('takes no failure as evidence where LNet has the NIDs "%s"', async (nids) => {
    const failed = result(1, 'failed to ping 10.9.0.94@tcp: Input/output error');
    expect(await new LnetPing({ runner: lctl(failed, nids) }).ping('10.9.0.94@tcp')).toBe('unknown');
  });

  /** Pings that the kernel blocks until the test ends them. */
  function blocked() {
    const ends: (() => void)[] = [];
    const run = async (): Promise<never> => {
      const ended = new Promise<void>((resolve) => ends.push(resolve));
      await settled();
      const command = `lctl ping ${ends.length}`;
      throw new StuckChildError({ pid: ends.length, command, startedAt: 0, state: 'D', ended });
    };
    return { ends, lnet: new LnetPing({ runner: { run } }) };
  }

  it('starts no second ping of a server, also while the kernel blocks the first', async () => {
    const { ends, lnet } = blocked();
    const both = [lnet.ping('a@tcp'), lnet.ping('a@tcp')];
    expect(await Promise.all(both)).toEqual(['silent', 'silent']);
    expect(await lnet.ping('a@tcp')).toBe('silent');
    expect(ends).toHaveLength(1);
    expect(lnet.hanging).toBe(1);
    ends[0]?.();
    await settled();
    expect(lnet.hanging).toBe(0);
    await lnet.ping('a@tcp');
    expect(ends).toHaveLength(2);
  });

  it('bounds the pings of all servers together', async () => {
    const { ends, lnet } = blocked();
    const nids = Array.from({ length: 40 }, (_, index) => `10.9.0.${index}@tcp`);
    const results = await Promise.all(nids.map((nid) => lnet.ping(nid)));
    expect(ends).toHaveLength(16);
    expect(results.filter((each) => each === 'busy')).toHaveLength(24);
    expect(await lnet.ping('10.9.1.1@tcp')).toBe('busy');
    expect(ends).toHaveLength(16);
  });
});
