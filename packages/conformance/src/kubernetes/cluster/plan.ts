import { readFileSync } from 'node:fs';
import type { SuiteImages } from '../images/suite-images.js';
import type { NodeDirectory } from './node-directory.js';

/** Inputs of a cluster. */
export interface ClusterPlan {
  readonly images: SuiteImages;
  /** Built programs by name. */
  readonly programs: Readonly<Record<string, string>>;
  /** Image of pod sandboxes. */
  readonly pauseImage: string;
  /** Directory with the CustomResourceDefinitions of snapshots. */
  readonly snapshotDefinitions: string;
  /** Directory with the manifests of the snapshot controller. */
  readonly snapshotController: string;
  readonly helm: string;
}

export const readPlan = (node: NodeDirectory): ClusterPlan =>
  JSON.parse(readFileSync(node.plan(), 'utf8')) as ClusterPlan;

/** Path of a built program.
 *  @throws Error where the build had no time for it */
export function programOf(plan: ClusterPlan, name: string): string {
  const path = plan.programs[name];
  if (path === undefined) throw new Error(`${name} was not built`);
  return path;
}
