import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from './logger.js';

describe('createLog', () => {
  let directory = '';
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'log-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  function written(use: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
    const descriptor = openSync(join(directory, 'log'), 'w');
    use(createLog('info', { driver: 'a' }, { descriptor }));
    closeSync(descriptor);
    const lines = readFileSync(join(directory, 'log'), 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('writes one JSON object a line, with errors', () => {
    const err = new TypeError('wrong');
    expect(written((log) => log.warn({ err, n: 1 }, 'words'))).toEqual([
      {
        level: 'warn',
        time: expect.any(String) as string,
        driver: 'a',
        err: { type: 'TypeError', message: 'wrong', stack: err.stack },
        n: 1,
        msg: 'words',
      },
    ]);
  });

  it('shortens lines', () => {
    const long = 'x'.repeat(200_000);
    const [line] = written((log) => log.error({ err: new Error(long), long, list: [long] }, long));
    expect(JSON.stringify(line).length).toBeLessThan(20_000);
    expect(line?.['msg']).toContain('200000 characters in all');
  });

  it('writes text for people', () => {
    const descriptor = openSync(join(directory, 'log'), 'w');
    const log = createLog('info', { driver: 'a', mode: 'node' }, { descriptor, format: 'text' });
    log
      .child({ volume: 'fs-0a/x' })
      .info({ rpc: 'NodePublishVolume', request: { a: 'b c' } }, 'two\n  lines');
    log.error({ err: new TypeError('wrong'), words: 'two words', n: 1 }, 'failed');
    log.debug({}, 'not shown');
    closeSync(descriptor);
    const [first = '', second = '', ...stack] = readFileSync(join(directory, 'log'), 'utf8').split('\n');
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
    expect(first).toMatch(time);
    expect(first.replace(time, '')).toBe(
      'INFO  two lines volume=fs-0a/x rpc=NodePublishVolume request={"a":"b c"}',
    );
    expect(second.replace(time, '')).toBe('ERROR failed words="two words" n=1');
    expect(stack[0]).toBe('    TypeError: wrong');
    expect(stack.filter((line) => line !== '' && !line.startsWith('    '))).toEqual([]);
  });
});
