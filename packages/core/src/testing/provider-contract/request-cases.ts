import assert from 'node:assert/strict';
import { Capacity, isWithin } from '../../model/capacity.js';
import type { FileSystemPlan } from '../../provider/controller-provider.js';
import type { ContractCase, ProviderContractHarness } from './harness.js';
import { never, rejection } from './steps.js';

/** Handles that no driver gives out. */
const garbage = ['', ' ', '/', 'fake-vol-id', 'reallyfakevolumeid-xxxx', '\0', '\u{1F4BE}'];

/** Cases of requests and handles: nothing is created. */
export function requestCases(harness: ProviderContractHarness): readonly ContractCase[] {
  return [...planCases(harness), ...capacityCases(harness), ...handleCases(harness)];
}

function planCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'plan: the same request gives the same plan, another name another volume name',
      run: async () => {
        const plan = await harness.controller.plan(harness.request('contract-plan'));
        const again = await harness.controller.plan(harness.request('contract-plan'));
        const other = await harness.controller.plan(harness.request('contract-plan-2'));
        assert.deepEqual(identityOf(again), identityOf(plan));
        assert.notEqual(other.volumeName, plan.volumeName);
        assert.deepEqual(other.attributes, plan.attributes, 'attributes must not depend on the name');
      },
    },
    {
      name: 'plan: parameters that make another file system make other attributes',
      run: async () => {
        const plan = await harness.controller.plan(harness.request('contract-plan'));
        const other = await harness.controller.plan(harness.differentRequest('contract-plan'));
        assert.equal(other.volumeName, plan.volumeName);
        assert.notDeepEqual(other.attributes, plan.attributes);
      },
    },
    {
      name: 'plan: an unknown parameter is refused by name, in the name of the driver',
      run: async () => {
        const request = harness.request('contract-unknown');
        const parameters = { ...request.parameters, 'no-such-parameter': 'x' };
        const error = await rejection(
          harness.controller.plan({ ...request, parameters }),
          'invalid-argument',
        );
        assert.match(error.message, /no-such-parameter/);
        assert.ok(
          error.message.includes(harness.driverName),
          `"${error.message}" does not name ${harness.driverName}`,
        );
      },
    },
  ];
}

function capacityCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'capacityFor: lies in the range, and a capacity that it gave is legal as it stands',
      run: async () => {
        const request = harness.request('contract-capacity');
        const plan = await harness.controller.plan(request);
        const given = await harness.controller.capacityFor(plan, request.capacityRange);
        assert.ok(isWithin(given, request.capacityRange), `${given.toString()} is outside the range`);
        const exact = await harness.controller.capacityFor(plan, { required: given, limit: given });
        assert.equal(exact.bytes, given.bytes);
        const more = await harness.controller.capacityFor(plan, {
          required: Capacity.bytes(given.bytes + 1n),
        });
        assert.ok(more.isGreaterThan(given), 'a byte more takes the next legal size');
        const capped = await harness.controller.capacityFor(plan, { limit: given });
        assert.ok(!capped.isGreaterThan(given), `${capped.toString()} is above the limit`);
        const any = await harness.controller.capacityFor(plan, {});
        assert.ok(
          any.isGreaterThan(Capacity.zero),
          'without a range it is the default, which is not nothing',
        );
      },
    },
    {
      name: 'capacityFor: a range without a legal size is out of range',
      run: async () => {
        const plan = await harness.controller.plan(harness.request('contract-capacity'));
        await rejection(harness.controller.capacityFor(plan, harness.impossibleRange), 'out-of-range');
      },
    },
  ];
}

function handleCases(harness: ProviderContractHarness): ContractCase[] {
  return [
    {
      name: 'parseVolumeId: undefined for what is no handle of this driver, and it never throws',
      run: async () => {
        for (const id of [...garbage, ...harness.foreignVolumeIds]) {
          assert.equal(
            harness.controller.parseVolumeId(id),
            undefined,
            `${JSON.stringify(id)} was understood`,
          );
        }
      },
    },
    {
      name: 'find: undefined for handles of file systems that do not exist',
      run: async () => {
        for (const id of harness.absentVolumeIds) {
          const reference = harness.controller.parseVolumeId(id);
          assert.ok(reference, `${id} was not understood`);
          assert.equal(reference.staticSource, undefined, `${id} was taken for a static volume`);
          assert.equal(await harness.controller.find(reference, never()), undefined);
        }
      },
    },
  ];
}

const identityOf = ({ volumeName, listingScope, attributes }: FileSystemPlan): object => ({
  volumeName,
  listingScope,
  attributes,
});
