import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeMissingClient,
  describeVersions,
  isComplete,
  readClientParts,
  readClientVersions,
} from '@lustre-csi/core/server';
import { failed, passed, skipped, type Check, type Outcome } from '../check.js';
import { driverAnswers } from '../driver-answers.js';
import type { NodeContext } from './node-context.js';

const LUSTRE_PORT = 988;

async function clientInstalled({ root, runner, kernel, mountHelper }: NodeContext): Promise<Outcome> {
  const isHelperOptional = mountHelper !== 'require';
  const parts = { ...(await readClientParts(root)), isHelperOptional };
  if (!isComplete(parts)) {
    const [cause = '', ...steps] = describeMissingClient(parts, kernel).split('. ');
    return failed(cause, steps.join('. ') || 'install the Lustre client of this kernel on the node');
  }
  const { module } = await readClientVersions(root, runner);
  const helper = parts.hasHelper ? 'mount.lustre is installed' : 'without mount.lustre, which is optional';
  return passed(`module ${module ?? 'of an unknown release'} in kernel ${kernel}, ${helper}`);
}

async function releasesFit({ root, runner }: NodeContext): Promise<Outcome> {
  const versions = await readClientVersions(root, runner);
  const trouble = describeVersions(versions);
  if (trouble !== undefined) {
    const [cause = '', ...steps] = trouble.split('. ');
    return failed(cause, steps.join('. '));
  }
  const { module, utilities } = versions;
  if (module === undefined) return skipped('the module is not loaded');
  return passed(`module ${module}, utilities ${utilities ?? 'none in this container'}`);
}

async function acceptPort({ root }: NodeContext): Promise<Outcome> {
  const text = await readFile(join(root, 'sys/module/lnet/parameters/accept_port'), 'utf8').catch(() => '');
  if (text === '') return skipped('LNet is not loaded');
  const port = Number.parseInt(text, 10);
  if (port === LUSTRE_PORT) return passed(`LNet uses port ${port}`);
  return failed(
    `LNet uses port ${port}, and the servers of managed Lustre use ${LUSTRE_PORT}: another product has loaded the module with ` +
      'its own port',
    `unload the Lustre modules on the node and load them with accept_port=${LUSTRE_PORT}, or replace the node`,
  );
}

/** Checks of the Lustre client's parts. */
export const clientChecks: readonly Check<NodeContext>[] = [
  {
    id: 'LCSI-N001',
    title: 'The driver answers at its endpoint',
    severity: 'error',
    about:
      'Calls Probe at the socket that kubelet uses (`--endpoint`). A driver that does not answer publishes nothing; its log ' +
      'shows why it has stopped.',
    run: driverAnswers,
  },
  {
    id: 'LCSI-N002',
    title: 'A Lustre client is installed',
    severity: 'error',
    about:
      "Looks for the kernel module `lustre` and for mount.lustre in this container. The module has to be built for the node's " +
      'exact kernel: after a kernel update the old one does not load.',
    run: clientInstalled,
  },
  {
    id: 'LCSI-N003',
    title: 'The releases of module and utilities fit',
    severity: 'warning',
    about:
      'Compares the releases of the kernel module and of mount.lustre, lfs and lctl in the image. Most pairs mount; 2.17 utilities ' +
      'pass host names to the module in an option that the module of 2.16 refuses.',
    run: releasesFit,
  },
  {
    id: 'LCSI-N004',
    title: 'LNet uses the port of the servers',
    severity: 'error',
    about:
      'Reads `accept_port` of LNet. It cannot change while the module is loaded, and a product with another port on the same ' +
      'node prevents all mounts of managed Lustre.',
    run: acceptPort,
  },
];
