import type { AwsError } from '../protocol/aws-error.js';
import type { DeploymentRule } from './deployment-rules.js';
import type { CreateFileSystemRequest, LustreConfigurationRequest } from './file-system-shapes.js';

/** A CreateFileSystem request as the checks see it: with the API's defaults, and its row of the deployment table. */
export interface Creation {
  readonly request: CreateFileSystemRequest;
  readonly lustre: LustreConfigurationRequest;
  readonly rule: DeploymentRule;
  /** MB/s/TiB; 0 where the request gives none. */
  readonly throughput: number;
}

/** One rule of FSx: the error that it answers with, or undefined where the rule holds. */
export type Check = (creation: Creation) => AwsError | undefined;
