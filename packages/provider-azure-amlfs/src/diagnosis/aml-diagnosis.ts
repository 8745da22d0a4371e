import type { TokenCredential } from '@azure/identity';
import {
  DriverError,
  type CloudDiagnosis,
  type CloudEndpoint,
  type CloudIdentity,
  type CloudNetwork,
  type CloudQuota,
  type CloudRight,
  type CloudSubnet,
} from '@lustre-csi/core';
import { memberOf } from '../api/answer-shape.js';
import { armOperations } from '../api/arm-operations.js';
import { allPages } from '../api/arm-pages.js';
import type { Arm } from '../api/arm.js';
import { toDriverError } from '../api/errors.js';
import { parseSubnetId, roomOf } from '../operations/subnet-room.js';
import type { AzureConfig } from '../parameters/azure-config.js';
import { smallestCapacity } from '../plan/capacity-rules.js';
import type { Creation } from '../plan/creation-settings.js';
import type { AmlPlan } from '../plan/plan.js';
import { neededActions } from '../reference/role-definition.js';
import { diagnosisOperations } from '../api/diagnosis-operations.js';
import { grantedActions, toPermission } from './granted-actions.js';
import { ruleDefects } from './security-rules.js';

/** Access to Azure, and what names the identity. */
export interface AmlDiagnosisParts {
  readonly arm: Arm;
  readonly credential: TokenCredential;
  readonly config: AzureConfig;
  /** Description of the requests for tokens. */
  readonly tokenSource: string;
  /** Sends a request to each endpoint. */
  readonly reach: (signal: AbortSignal) => Promise<readonly CloudEndpoint[]>;
}

/** Answers of Azure about the subscription of the controller. Changes nothing. */
export class AmlDiagnosis implements CloudDiagnosis<AmlPlan> {
  constructor(private readonly parts: AmlDiagnosisParts) {}

  /** Requests a token and reads its claims; Azure then accepts it for the subscription, or not. */
  async identity(signal: AbortSignal): Promise<CloudIdentity> {
    const { credential, config, tokenSource } = this.parts;
    const token = await this.#asked(`${tokenSource} failed`, signal, () =>
      credential.getToken(config.cloud.scope, { abortSignal: signal }),
    );
    await this.#asked('Azure Resource Manager refuses the token', signal, () =>
      this.parts.arm.call(armOperations.listSkus, undefined, signal),
    );
    const { appid, oid } = claimsOf(token?.token ?? '');
    return {
      name: `the application ${appid ?? 'without an id'}, object ${oid ?? 'without an id'}`,
      account: `subscription ${config.subscriptionId}`,
    };
  }

  /** Compares the needed actions with those of the resource group of azure.json. */
  async rights(signal: AbortSignal): Promise<readonly CloudRight[]> {
    const { arm, config } = this.parts;
    const { resourceGroup } = config;
    if (resourceGroup === undefined)
      throw new DriverError(
        'failed-precondition',
        `${config.file} names no resourceGroup to list permissions of`,
      );
    const permissions = await this.#asked('the permissions of the identity cannot be listed', signal, () =>
      allPages((page) => arm.call(diagnosisOperations.listPermissions, { resourceGroup, ...page }, signal)),
    );
    return grantedActions(neededActions(), permissions.map(toPermission));
  }

  /** Number of file systems in the location of azure.json. */
  async quotas(signal: AbortSignal): Promise<readonly CloudQuota[]> {
    const { arm, config } = this.parts;
    const { location } = config;
    if (location === undefined) return [];
    const usages = await this.#asked(`the quota of ${location} cannot be read`, signal, () =>
      arm.call(armOperations.listUsages, { location }, signal),
    );
    return usages.flatMap(({ name, currentValue, limit }) =>
      name?.value?.toLowerCase() === 'amlfilesystem' && currentValue !== undefined && limit !== undefined
        ? [{ name: `AML file systems in ${location}`, used: currentValue, limit }]
        : [],
    );
  }

  async network({ creation }: AmlPlan, signal: AbortSignal): Promise<CloudNetwork | undefined> {
    if (!creation) return undefined;
    const id = creation.subnetId;
    const subnet = await this.#asked(`the subnet ${id} cannot be read`, signal, () =>
      this.parts.arm.call(diagnosisOperations.getSubnet, { id }, signal),
    );
    const group = memberOf(memberOf(memberOf(subnet.body, 'properties'), 'networkSecurityGroup'), 'id');
    const room = await this.#room(creation, signal);
    if (typeof group !== 'string') return { subnets: room, groups: [], defects: [] };
    const rules = await this.#asked(`the network security group ${group} cannot be read`, signal, () =>
      this.parts.arm.call(diagnosisOperations.getSecurityGroup, { id: group }, signal),
    );
    return { subnets: room, groups: [group], defects: ruleDefects(rules.body) };
  }

  endpoints(signal: AbortSignal): Promise<readonly CloudEndpoint[]> {
    return this.parts.reach(signal);
  }

  /** Free addresses of the subnet, and those that the smallest file system needs. */
  async #room({ subnetId, sku, skuName }: Creation, signal: AbortSignal): Promise<readonly CloudSubnet[]> {
    const address = parseSubnetId(subnetId);
    if (!address || !sku) return [];
    const { arm } = this.parts;
    const demand = { skuName, capacityTiB: smallestCapacity(sku, {}).toTebibytes() };
    const [usages, needed = 0] = await this.#asked(`the room of ${subnetId} cannot be read`, signal, () =>
      Promise.all([
        allPages((page) => arm.call(armOperations.listSubnetUsages, { ...address, ...page }, signal)),
        arm.call(armOperations.requiredAddresses, demand, signal),
      ]),
    );
    const room = roomOf(usages, subnetId);
    return room ? [{ id: subnetId, free: room.free, needed }] : [];
  }

  async #asked<T>(doing: string, signal: AbortSignal, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      const translated: unknown = toDriverError(error, doing, 'lookup', signal);
      throw isAbsentResource(error)
        ? new DriverError('invalid-argument', (translated as Error).message)
        : translated;
    }
  }
}

/** Reports whether Azure knows no resource of that id. */
const isAbsentResource = (error: unknown): boolean =>
  (error as { readonly statusCode?: unknown } | undefined)?.statusCode === 404;

/** Claims of an access token, which Entra ID issues as a JSON web token. */
function claimsOf(token: string): { readonly appid?: string; readonly oid?: string } {
  try {
    const [, payload = ''] = token.split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { appid?: string; oid?: string };
  } catch {
    return {};
  }
}
