import type { CloudNetwork } from '@lustre-csi/core';
import type { Finding } from '../check.js';

/** Network of a StorageClass, or the reason why it could not be read. */
export interface ClassNetwork {
  readonly name: string;
  readonly network: CloudNetwork | undefined;
  readonly error?: string;
}

/** Subnets with fewer free addresses than a file system needs. */
const room = ({ name, network }: ClassNetwork): readonly Finding[] =>
  (network?.subnets ?? [])
    .filter(({ free, needed }) => free < needed)
    .map(({ id, free, needed }) => ({
      subject: `StorageClass ${name}`,
      cause: `its subnet ${id} has ${free} free addresses, and a file system needs ${needed}`,
      nextStep: 'name a larger subnet in the class, or free addresses in this one',
    }));

/** Rules that keep clients from the servers. */
const rules = ({ name, network }: ClassNetwork): readonly Finding[] =>
  (network?.defects ?? []).map(({ subject, cause, nextStep }) => ({
    subject: `StorageClass ${name}, ${subject}`,
    cause,
    nextStep,
  }));

/** Findings about the network of a StorageClass. */
export const networkFindings = { room, rules } as const;
