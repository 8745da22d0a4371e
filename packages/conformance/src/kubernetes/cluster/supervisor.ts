import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Component } from './components.js';
import type { NodeDirectory } from './node-directory.js';

const RESTART_MS = 500;

/** Runs components and restarts them, until the process ends. A test that kills a component finds its process id in a file. */
export class Supervisor {
  constructor(
    private readonly node: NodeDirectory,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  start(component: Component): void {
    const log = openSync(this.node.log(component.name), 'a');
    const child = this.#spawn(component, log);
    closeSync(log);
    if (child.pid !== undefined) writeFileSync(this.node.pid(component.name), String(child.pid));
    const ended = (reason: string): void => void this.#restart(component, reason);
    child.once('error', (error) => ended(error.message));
    child.once('exit', (status, signal) => ended(`status ${status ?? signal ?? 'unknown'}`));
  }

  #spawn({ command: [file = '', ...args] }: Component, log: number): ChildProcess {
    return spawn(file, args, { env: this.environment, stdio: ['ignore', log, log] });
  }

  async #restart(component: Component, reason: string): Promise<void> {
    appendFileSync(this.node.log('supervisor'), `${new Date().toISOString()} ${component.name}: ${reason}\n`);
    do await delay(RESTART_MS);
    while (existsSync(this.node.hold(component.name)));
    this.start(component);
  }
}
