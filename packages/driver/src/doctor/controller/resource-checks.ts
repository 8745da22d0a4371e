import { messageOf, type CloudDiagnosis, type FileSystem } from '@lustre-csi/core';
import { readClass } from '@lustre-csi/core/diagnosis';
import { outcomeOf, skipped, unknown, type Check, type Finding, type Outcome } from '../check.js';
import { inCloud } from './account-checks.js';
import type { ControllerContext } from './controller-context.js';
import { networkFindings, type ClassNetwork } from './network-findings.js';

/** Networks of all classes; an outcome where there is none. */
async function networks(
  diagnosis: CloudDiagnosis,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<readonly ClassNetwork[] | Outcome> {
  const classes = await context.classes(signal);
  if (classes.length === 0) return skipped(`no StorageClass names ${context.plugin.driverName}`);
  const provider = await context.provider();
  const found = await Promise.all(
    classes.map(async ({ name, parameters }): Promise<ClassNetwork> => {
      try {
        const reading = await readClass(context.plugin.driverName, provider, parameters);
        if (reading.kind === 'directory') return { name, network: undefined };
        return { name, network: await diagnosis.network(reading.plan, signal) };
      } catch (error) {
        signal.throwIfAborted();
        return { name, network: undefined, error: messageOf(error) };
      }
    }),
  );
  const readable = found.filter(({ network, error }) => network !== undefined || error !== undefined);
  return readable.length === 0 ? skipped('no StorageClass creates file systems in a subnet') : readable;
}

const isOutcome = (found: readonly ClassNetwork[] | Outcome): found is Outcome => 'kind' in found;

const subnetsHaveRoom = inCloud(async (diagnosis, signal, context) => {
  const found = await networks(diagnosis, context, signal);
  if (isOutcome(found)) return found;
  const subnets = found.flatMap(({ network }) => network?.subnets ?? []);
  const errors = found.filter(({ error }) => error !== undefined);
  if (errors.length > 0 && subnets.length === 0)
    return unknown(errors.map(({ name, error }) => `StorageClass ${name}: ${error}`).join('; '));
  return outcomeOf(
    found.flatMap(networkFindings.room),
    [...new Set(subnets.map(({ id, free }) => `${id}: ${free} free addresses`))].join(', '),
  );
});

const rulesAllowLustre = inCloud(async (diagnosis, signal, context) => {
  const found = await networks(diagnosis, context, signal);
  if (isOutcome(found)) return found;
  const errors = found.filter(({ error }) => error !== undefined);
  if (errors.length === found.length)
    return unknown(errors.map(({ name, error }) => `StorageClass ${name}: ${error}`).join('; '));
  const groups = [...new Set(found.flatMap(({ network }) => network?.groups ?? []))];
  return outcomeOf(
    found.flatMap(networkFindings.rules),
    groups.length === 0 ? 'no security group restricts the subnets' : groups.join(', '),
  );
});

/** File systems of the driver, in all scopes that it knows. */
async function ownFileSystems(
  context: ControllerContext,
  signal: AbortSignal,
): Promise<readonly FileSystem[]> {
  const provider = await context.provider();
  const all = await Promise.all(provider.listingScopes().map((scope) => provider.list(scope, signal)));
  return all.flat().filter(({ volumeName, isOtherClusters }) => volumeName !== undefined && !isOtherClusters);
}

async function healthy(context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const own = await ownFileSystems(context, signal);
  if (own.length === 0) return skipped('the driver has created no file system');
  const ill = own.filter(({ state }) => state === 'failed' || state === 'impaired');
  return outcomeOf(
    ill.map(({ id, volumeName, cloudState, stateDetail }) => ({
      subject: `${id} (${volumeName})`,
      cause: `its state is ${cloudState}${stateDetail === undefined ? '' : `: ${stateDetail}`}`,
      nextStep:
        'read its page in the cloud; a failed creation is repeated automatically while its claim exists',
    })),
    `${own.length} file systems of the driver are healthy`,
  );
}

async function unique(context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const own = await ownFileSystems(context, signal);
  if (own.length === 0) return skipped('the driver has created no file system');
  const byName = grouped(own);
  const findings: Finding[] = [];
  for (const [name, all] of byName) {
    const usable = all.filter(({ state }) => state !== 'failed' && state !== 'deleting');
    if (usable.length < 2) continue;
    findings.push({
      subject: name ?? '',
      cause: `${usable.length} file systems exist for it: ${usable.map(({ id }) => id).join(', ')}. Each of them is billed`,
      nextStep:
        'find the one that the PersistentVolume names, and delete the others in the cloud once they are known to be empty',
    });
  }
  return outcomeOf(findings, 'each volume has one file system');
}

function grouped(all: readonly FileSystem[]): ReadonlyMap<string | undefined, readonly FileSystem[]> {
  const groups = new Map<string | undefined, FileSystem[]>();
  for (const each of all) groups.set(each.volumeName, [...(groups.get(each.volumeName) ?? []), each]);
  return groups;
}

/** Checks of networks and file systems in the cloud. */
export const resourceChecks: readonly Check<ControllerContext>[] = [
  {
    id: 'LCSI-C007',
    title: 'The subnets of the StorageClasses have free addresses',
    severity: 'error',
    about:
      'Reads the free addresses of each subnet that a StorageClass names, and the number that its smallest file system needs.',
    limitMs: 40_000,
    run: subnetsHaveRoom,
  },
  {
    id: 'LCSI-C008',
    title: 'The firewall rules allow Lustre',
    severity: 'error',
    about:
      'Reads the security groups (AWS) or network security groups (Azure) of the file systems that the StorageClasses would create: ' +
      'TCP 988 and 1018-1023 in both directions. Rules of the nodes are not read: LCSI-N007 tries the connection.',
    limitMs: 40_000,
    run: rulesAllowLustre,
  },
  {
    id: 'LCSI-C009',
    title: 'The file systems are healthy',
    severity: 'warning',
    about:
      "Lists the driver's file systems and reads their state: failed creations, misconfigured or degraded file systems.",
    limitMs: 60_000,
    run: healthy,
  },
  {
    id: 'LCSI-C010',
    title: 'No volume has two file systems',
    severity: 'warning',
    about: "Compares the driver's tags: two usable file systems with one volume name cost twice.",
    limitMs: 60_000,
    run: unique,
  },
];
