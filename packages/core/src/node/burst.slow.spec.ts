import { afterAll, beforeAll, it } from 'vitest';
import { expectExactMountsAfterBurst } from './testing/burst.js';
import { PrivateNode } from './testing/private-node.js';

const seed = Number(process.env['LUSTRE_CSI_TEST_SEED'] ?? Date.now() % 1_000_000);
process.stdout.write(`burst of publishes and unpublishes: LUSTRE_CSI_TEST_SEED=${seed}\n`);

let node: PrivateNode;
beforeAll(async () => {
  node = await PrivateNode.start();
});
afterAll(() => node.stop());

it(
  `a burst ends with exactly the expected mounts, at any time of the kills (seed ${seed})`,
  () => expectExactMountsAfterBurst(node, { targets: 250, kills: 6 }, seed),
  60_000,
);
