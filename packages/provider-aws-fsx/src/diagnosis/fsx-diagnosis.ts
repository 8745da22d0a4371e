import type { EC2Client, SecurityGroup, Subnet } from '@aws-sdk/client-ec2';
import type { FSxClient } from '@aws-sdk/client-fsx';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { STSClient } from '@aws-sdk/client-sts';
import {
  DriverError,
  type CloudDiagnosis,
  type CloudEndpoint,
  type CloudIdentity,
  type CloudNetwork,
  type CloudQuota,
  type CloudRight,
} from '@lustre-csi/core';
import { describedBy } from '../api/answer-shape.js';
import type { AwsCaller } from '../api/aws-operation.js';
import { ec2Operations } from '../api/ec2-operations.js';
import { fsxOperations } from '../api/fsx-operations.js';
import type { FsxPlan } from '../plan/plan.js';
import { diagnosisOperations } from './diagnosis-operations.js';
import { ruleDefects } from './security-rules.js';
import { tryRights } from './try-rights.js';

/** Addresses that the smallest file system needs: those of a metadata and of a storage server. */
const LEAST_ADDRESSES = 2;

/** Clients of the services, and the endpoints that they call. */
export interface FsxDiagnosisParts {
  readonly region: string;
  readonly fsx: AwsCaller<FSxClient>;
  readonly ec2: AwsCaller<EC2Client>;
  readonly sts: AwsCaller<STSClient>;
  readonly quotas: AwsCaller<ServiceQuotasClient>;
  /** Sends a request to each endpoint. */
  readonly reach: (signal: AbortSignal) => Promise<readonly CloudEndpoint[]>;
}

/** Answers of AWS about the account of the controller. Changes nothing. */
export class FsxDiagnosis implements CloudDiagnosis<FsxPlan> {
  constructor(private readonly parts: FsxDiagnosisParts) {}

  async identity(signal: AbortSignal): Promise<CloudIdentity> {
    const { region, sts } = this.parts;
    const { Arn, Account } = await sts.call(diagnosisOperations.GetCallerIdentity, {}, signal);
    if (!Arn || !Account) throw new DriverError('unavailable', 'STS named no identity');
    return { name: Arn, account: `account ${Account}, region ${region}` };
  }

  async rights(signal: AbortSignal): Promise<readonly CloudRight[]> {
    const { fsx, ec2, sts, region } = this.parts;
    const { Arn = 'arn:aws', Account = '' } = await sts.call(
      diagnosisOperations.GetCallerIdentity,
      {},
      signal,
    );
    const partition = Arn.split(':')[1] ?? 'aws';
    return tryRights({ fsx, ec2, arnPrefix: `arn:${partition}:fsx:${region}:${Account}` }, signal);
  }

  /** Number of file systems of a kind, of which Service Quotas has the limits. */
  async quotas(signal: AbortSignal): Promise<readonly CloudQuota[]> {
    const { quotas, fsx } = this.parts;
    const input = { ServiceCode: 'fsx', MaxResults: 100 };
    const { Quotas = [] } = await quotas.call(diagnosisOperations.ListServiceQuotas, input, signal);
    const limits = Quotas.flatMap(({ QuotaName, Value }) =>
      QuotaName !== undefined && Value !== undefined && /^Lustre .*file systems$/i.test(QuotaName)
        ? [{ name: QuotaName, limit: Value }]
        : [],
    );
    if (limits.length === 0) return [];
    const used = await this.#deployments(fsx, signal);
    return limits.map(({ name, limit }) => ({
      name,
      limit,
      used: used.filter((each) => isOf(name, each)).length,
    }));
  }

  async network(
    { settings, existingVolume }: FsxPlan,
    signal: AbortSignal,
  ): Promise<CloudNetwork | undefined> {
    const { subnetId, subnetIds = [], securityGroupIds = [] } = settings;
    if (existingVolume) return undefined;
    const wanted = [...new Set([...(subnetId === undefined ? [] : [subnetId]), ...subnetIds])];
    const subnets = await this.#subnets(wanted, signal);
    const groups = await this.#groups(securityGroupIds, subnets[0]?.VpcId, signal);
    return {
      subnets: subnets.map(({ SubnetId = '', AvailableIpAddressCount = 0 }) => ({
        id: SubnetId,
        free: AvailableIpAddressCount,
        needed: LEAST_ADDRESSES,
      })),
      groups: groups.map(({ GroupId = '' }) => GroupId),
      defects: ruleDefects(groups),
    };
  }

  endpoints(signal: AbortSignal): Promise<readonly CloudEndpoint[]> {
    return this.parts.reach(signal);
  }

  async #subnets(ids: readonly string[], signal: AbortSignal): Promise<readonly Subnet[]> {
    const operation = ec2Operations.DescribeSubnets;
    const absent = ['InvalidSubnetID.NotFound', 'InvalidSubnetId.Malformed'];
    const answer = await this.parts.ec2.callUnless(operation, { SubnetIds: [...ids] }, { signal, absent });
    if (answer) return describedBy<Subnet>(operation.name, answer, 'Subnets', 'SubnetId', ids);
    throw new DriverError(
      'invalid-argument',
      `EC2 does not know ${ids.length > 1 ? 'one of ' : ''}${ids.join(', ')} in this account and region`,
    );
  }

  /** Groups of the network interfaces: the given ones, or the default group of the VPC. */
  async #groups(
    ids: readonly string[],
    vpcId: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly SecurityGroup[]> {
    const operation = diagnosisOperations.DescribeSecurityGroups;
    const filters = [
      { Name: 'vpc-id', Values: [vpcId ?? ''] },
      { Name: 'group-name', Values: ['default'] },
    ];
    const input = ids.length > 0 ? { GroupIds: [...ids] } : { Filters: filters };
    const absent = ['InvalidGroup.NotFound', 'InvalidGroupId.Malformed'];
    const answer = await this.parts.ec2.callUnless(operation, input, { signal, absent });
    if (answer) return answer.SecurityGroups ?? [];
    throw new DriverError(
      'invalid-argument',
      `EC2 does not know one of the security groups ${ids.join(', ')}`,
    );
  }

  /** Deployment types of all Lustre file systems of the account. */
  async #deployments(fsx: AwsCaller<FSxClient>, signal: AbortSignal): Promise<readonly string[]> {
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await fsx.call(fsxOperations.DescribeFileSystems, { NextToken }, signal);
      found.push(
        ...(page.FileSystems ?? []).flatMap(
          ({ LustreConfiguration }) => LustreConfiguration?.DeploymentType ?? [],
        ),
      );
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    return found;
  }
}

/** Reports whether a quota (`Lustre Persistent_2 file systems`) counts a deployment type. */
function isOf(name: string, deployment: string): boolean {
  const kind = deployment.startsWith('SCRATCH')
    ? 'scratch'
    : deployment.replace('PERSISTENT_', 'persistent').toLowerCase();
  return name
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '')
    .includes(kind);
}
