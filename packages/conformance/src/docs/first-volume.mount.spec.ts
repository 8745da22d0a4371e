// The tutorial's commands with the emulated cloud, run as a newcomer types them, against the output that the page shows.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/tutorials/first-volume.md'), 'utf8');
/** The build is done; everything after it is run. */
const BUILD = 'npm ci && npm run build';
const MARK = '@@step';
const LIMIT_MS = 90_000;

interface Step {
  readonly command: string;
  /** Lines that the page shows below the command. */
  readonly shown: readonly string[];
}

/** Steps of the section with the emulated cloud. */
function stepsOf(text: string): readonly Step[] {
  const section = text.slice(text.indexOf('## With an emulated cloud'), text.indexOf('## The same on AWS'));
  const blocks = [...section.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const lines = blocks.join('').trimEnd().split('\n');
  const steps: { command: string; shown: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: [] });
    else steps.at(-1)?.shown.push(line);
  }
  return steps.filter(({ command }) => command !== BUILD);
}

/** Ids, names and paths that differ from run to run; of an error's sentence, the page shows the beginning. */
const comparable = (lines: readonly string[]): readonly string[] =>
  lines.map((line) =>
    line
      .replace(/fs-[0-9a-f]{17}/g, 'fs-ID')
      .replace(/"mountname": "\w{8}"/, '"mountname": "NAME"')
      .replace(/\S*\/tmp\.\w+/g, 'WORK'),
  );

const steps = stepsOf(page);
let scratch: string;
let outputs: readonly (readonly string[])[];

/** Runs the commands in one shell, whose later commands the shell inside the emulator reads. */
function transcript(): Promise<string> {
  const script = steps.map(({ command }, index) => `echo ${MARK} ${index}\n${command}\n`).join('');
  const shell = spawn('bash', ['--norc'], {
    cwd: root,
    env: { ...process.env, TMPDIR: scratch },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const endAll = (): void => void (shell.pid && process.kill(-shell.pid, 'SIGKILL'));
  const timer = setTimeout(endAll, LIMIT_MS);
  let printed = '';
  shell.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  shell.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  shell.stdin.end(script);
  return new Promise((resolve) => {
    shell.once('close', () => {
      clearTimeout(timer);
      resolve(printed);
    });
  });
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'first-volume-'));
  const parts = (await transcript()).split(new RegExp(`^${MARK} \\d+\n`, 'm')).slice(1);
  outputs = parts.map((part) => part.split('\n').filter((line) => line !== ''));
}, LIMIT_MS + 10_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('has a step for each RPC', () => {
  expect(steps.length).toBeGreaterThan(15);
  const called = steps.map(({ command }) => /^volume (\w+)/.exec(command)?.[1]);
  for (const rpc of ['info', 'create', 'publish', 'stats', 'unpublish', 'delete', 'list']) {
    expect(called).toContain(rpc);
  }
});

it.each(steps.map((step, index) => ({ ...step, index })))('$index: $command', ({ shown, index }) => {
  const printed = comparable(outputs[index] ?? ['the step was not reached']);
  const expected = comparable(shown).map((line) =>
    line.endsWith('…') ? (expect.stringContaining(line.slice(0, -1)) as string) : line,
  );
  expect(printed).toEqual(expected);
});

it('leaves nothing behind', () => {
  expect(readdirSync(scratch)).toEqual([]);
});
