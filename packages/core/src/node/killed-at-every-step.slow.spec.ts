import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MountEntry } from '../mount/table/mount-table.js';
import type { EngineCall, EngineSettings } from './testing/engine-process.js';
import { success, until } from './testing/engine-answers.js';
import type { DrivenEngine } from './testing/driven-engine.js';
import { PrivateNode } from './testing/private-node.js';

// SIGKILL at each step of an operation, then a new driver that gets different calls of kubelet.

/** A step count that no operation reaches, with what it does in the background. */
const MAX_STEPS = 40;

type Healing = 'publish' | 'unpublish' | 'a refused publish';

interface Variation {
  readonly settings: EngineSettings;
  /** Leaves the changes of the mount table to mount(8) and umount(8), as without a C compiler. */
  readonly isWithoutPrograms?: true;
  readonly change: Partial<EngineCall>;
  /** Entry of the mount table at the target. */
  readonly shown: object;
  /** Work that follows a publish that was killed. */
  readonly healings: readonly Healing[];
}

const shared: Variation = {
  settings: { hooks: true },
  change: {
    source: '127.0.0.4@tcp:/lustrefs/team',
    readonly: true,
    context: { clientTuning: 'a=1' },
  },
  shown: { root: '/team', options: expect.arrayContaining(['ro']) as unknown },
  healings: ['publish', 'a refused publish'],
};
const own: Variation = {
  settings: { hooks: true, mountSharing: 'pod' },
  change: { readonly: true, context: { clientTuning: 'a=1' } },
  shown: { root: '/', options: expect.arrayContaining(['ro']) as unknown },
  healings: ['publish', 'unpublish', 'a refused publish'],
};

const variations: Readonly<Record<string, Variation>> = {
  'a shared client': shared,
  'a client of its own': own,
  // Without `readonly`, which takes mount(8) in any case, a bind mount is one system call.
  'a writable volume': {
    ...shared,
    change: { ...shared.change, source: '127.0.0.4@tcp:/lustrefs', readonly: false },
    shown: { root: '/', options: expect.arrayContaining(['rw']) as unknown },
    healings: ['publish'],
  },
  'a shared client, by mount(8) and umount(8)': { ...shared, isWithoutPrograms: true, healings: ['publish'] },
};

/** Private node, whose driver is killed repeatedly. */
class KilledNode {
  readonly deaths = { 'at work': 0, afterwards: 0, survives: 0 };
  readonly outcomes = { refused: 0, done: 0 };

  private constructor(
    private readonly node: PrivateNode,
    private readonly variation: Variation,
    private readonly target: string,
    private engine: DrivenEngine,
  ) {}

  static async run(variation: Variation, work: (killed: KilledNode) => Promise<void>): Promise<void> {
    const node = await PrivateNode.start(variation.settings);
    try {
      if (variation.isWithoutPrograms) await node.hideNativePrograms();
      await work(new KilledNode(node, variation, await node.target('pod'), node.engine()));
    } finally {
      await node.stop();
    }
  }

  /** Kills at one step after the other, until there is none left; each time a new driver gets a call. */
  async everyStep(operation: 'publish' | 'unpublish', healing: Healing): Promise<void> {
    for (let dieAtStep = 1; this.deaths.survives === 0 && dieAtStep <= MAX_STEPS; dieAtStep += 1) {
      if (operation === 'unpublish') await this.#publish();
      const death = await this.#diesAt(dieAtStep, operation);
      this.deaths[death] += 1;
      await this.engine.kill();
      this.engine = this.node.engine();
      // kubelet has its answer and calls no more: the next driver must finish the work automatically.
      if (death === 'afterwards') await this.#nothingLeft();
      if (death === 'survives' && operation === 'publish') return;
      await this.#heal(healing);
      expect(existsSync(this.target)).toBe(false);
      await this.#nothingLeft();
    }
  }

  /** @returns the time of the kill: before the answer, after it, or never */
  async #diesAt(dieAtStep: number, operation: 'publish' | 'unpublish'): Promise<keyof KilledNode['deaths']> {
    await this.engine.kill();
    await rm(join(this.node.base, 'state', 'tuned'), { force: true });
    this.engine = this.node.engine({}, { dieAtStep });
    const { error } = await this.engine[operation](this.target, this.variation.change);
    expect(error?.kind ?? 'died').toBe('died');
    if (error) return 'at work';
    if (operation === 'publish') return 'survives';
    await until(async () => {
      if (!this.engine.isGone) await this.#expectNothing();
    });
    return this.engine.isGone ? 'afterwards' : 'survives';
  }

  async #heal(healing: Healing): Promise<void> {
    if (healing === 'publish') {
      await this.#publish();
      expect(await this.#mounts()).toMatchObject([this.variation.shown]);
      expect(await readFile(join(this.node.base, 'state', 'tuned'), 'utf8')).toMatch(/^(\S+ a=1\n)+$/);
    }
    if (healing === 'a refused publish') await this.#refusedPublish();
    expect(await this.engine.unpublish(this.target)).toEqual(success);
  }

  async #publish(): Promise<void> {
    expect(await this.engine.publish(this.target, this.variation.change)).toEqual(success);
  }

  /** Publishes under a new policy, which refuses it. The error is final: kubelet removes the directory, and calls no more. */
  async #refusedPublish(): Promise<void> {
    const { change, shown } = this.variation;
    const context = { ...change.context, refuse: 'yes' };
    const { error } = await this.engine.publish(this.target, { ...change, context });
    this.outcomes[error ? 'refused' : 'done'] += 1;
    // With all work done but the answer, no hook is called any more.
    if (!error) return expect(await this.#mounts()).toMatchObject([shown]);
    expect(error).toMatchObject({ kind: 'failed-precondition', message: 'the guard refuses' });
    expect(await this.#mounts()).toEqual([]);
    await this.#nothingLeft();
  }

  async #mounts(): Promise<readonly MountEntry[]> {
    return (await this.node.mountTable()).all(this.target);
  }

  /** Expects no client, no directory and no record. */
  async #expectNothing(): Promise<void> {
    expect(await this.node.clientMounts()).toEqual([]);
    for (const name of ['mounts', 'client-mounts', 'publications'])
      expect(await readdir(join(this.node.base, 'state', name))).toEqual([]);
  }

  #nothingLeft(): Promise<void> {
    return until(() => this.#expectNothing());
  }
}

describe.each(Object.entries(variations))('%s', (_, variation) => {
  it.concurrent.each(variation.healings)('that is published is whole or gone after %s', (healing) =>
    KilledNode.run(variation, async (killed) => {
      await killed.everyStep('publish', healing);
      expect(killed.deaths).toMatchObject({ survives: 1, afterwards: 0 });
      expect(killed.deaths['at work']).toBeGreaterThan(3);
      if (healing === 'a refused publish')
        expect(killed.outcomes.refused).toBeGreaterThan(killed.outcomes.done);
    }),
  );

  it.concurrent('that is unpublished, and what follows, is gone, and can be published again', () =>
    KilledNode.run(variation, async (killed) => {
      await killed.everyStep('unpublish', 'publish');
      expect(killed.deaths.survives).toBe(1);
      expect(killed.deaths['at work']).toBeGreaterThan(2);
      const isShared = variation.settings.mountSharing !== 'pod';
      const { 'at work': atWork, afterwards } = killed.deaths;
      // Client unmounted, which may precede the answer, directory removed, record removed.
      expect(afterwards).toBeGreaterThan(isShared ? 1 : -1);
      expect(atWork + afterwards).toBeGreaterThan(isShared ? 5 : 3);
    }),
  );
});
