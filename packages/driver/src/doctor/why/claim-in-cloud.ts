import { isUsable, type FileSystem } from '@lustre-csi/core';
import { formatAge } from './events.js';
import { waiting, type ExplainContext, type Explanation } from './explain-context.js';

/** File system that the driver creates for a claim; undefined: the cloud shows none. */
export async function fileSystemFor(
  uid: string,
  context: ExplainContext,
  signal: AbortSignal,
): Promise<FileSystem | undefined> {
  const provider = await context.provider();
  const all = await Promise.all(provider.listingScopes().map((scope) => provider.list(scope, signal)));
  const own = all.flat().filter(({ volumeName = '' }) => volumeName.endsWith(uid));
  return own.find(({ state }) => state !== 'failed' && state !== 'deleting') ?? own[0];
}

/** Explains a claim whose file system the cloud shows. */
export async function explainCreation(
  found: FileSystem,
  begin: string,
  context: ExplainContext,
  now: number,
): Promise<Explanation> {
  const { id, cloudState, stateDetail, state, createdAt } = found;
  const detail = stateDetail === undefined ? '' : ` (${stateDetail})`;
  const since = createdAt ? ` for ${formatAge(createdAt.getTime(), now)}` : '';
  const name = `Its file system ${id} is ${cloudState}${detail}${since} in the cloud`;
  if (state === 'failed')
    return waiting(
      'remove the cause that the cloud reports; the driver deletes the failed file system and creates another one',
      begin,
      `${name}: the creation has failed.`,
    );
  if (isUsable(found))
    return waiting(
      'wait for a minute; if the claim stays Pending, read the logs of csi-provisioner and of the driver in the controller pod',
      begin,
      `${name} and can be used: the provisioner has not collected it yet.`,
    );
  const { typicalDurations } = await context.provider();
  const minutes = Math.ceil(typicalDurations.create / 60);
  return waiting(
    'wait; the claim is bound automatically once the file system is available',
    begin,
    `${name}; a creation usually takes about ${minutes} min.`,
  );
}
