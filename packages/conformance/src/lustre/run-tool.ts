import { spawn } from 'node:child_process';

/** Time that a killed process gets to end before it is abandoned. Milliseconds. */
const KILL_GRACE_MS = 1000;

export interface ToolOptions {
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** User and group id of the process. */
  readonly userId?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Result of a program. A failure to start has status null, with the reason as stderr. */
export interface ToolResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Runs a program to its end, at most for `timeoutMs`; never throws. All access to Lustre paths takes place in such processes:
 * the kernel can hold them for as long as a server is away, and this process has to continue.
 */
export function runTool(
  program: string,
  args: readonly string[],
  { timeoutMs = 30_000, userId, environment }: ToolOptions = {},
): Promise<ToolResult> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    ...(environment ? { env: { ...process.env, ...environment } } : {}),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return new Promise((resolve) => {
    let timedOut = false;
    const end = (status: number | null, reason?: string): void => {
      clearTimeout(deadline);
      resolve({ ...output, ...(reason ? { stderr: reason } : {}), status, timedOut });
    };
    const abandon = (): void => {
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      child.unref();
      end(null);
    };
    const deadline = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      setTimeout(abandon, KILL_GRACE_MS).unref();
    }, timeoutMs);
    child.once('error', (error) => end(null, error.message));
    child.once('close', (status) => end(status));
  });
}

/** Runs a program that has to succeed. @returns its standard output
 *  @throws Error with the command, its status and its own words */
export async function runOrThrow(
  program: string,
  args: readonly string[],
  options?: ToolOptions,
): Promise<string> {
  const result = await runTool(program, args, options);
  if (result.status === 0) return result.stdout;
  throw new Error(`${[program, ...args].join(' ')}: ${describeFailure(result)}`);
}

/** Failure of a program in one line. */
export function describeFailure({ status, stdout, stderr, timedOut }: ToolResult): string {
  if (timedOut) return 'did not end in time';
  const text = (stderr.trim() || stdout.trim()).replaceAll(/\s*\n\s*/g, ' ').slice(0, 400);
  return `${status === null ? 'did not run' : `exit status ${status}`}${text === '' ? '' : `: ${text}`}`;
}
