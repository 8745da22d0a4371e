import type { ControllerService } from '../gen/csi.js';
import {
  parseCreateSnapshot,
  parseDeleteSnapshot,
  parseGetSnapshot,
  parseListSnapshots,
} from '../request/parse-snapshot-requests.js';
import type { SnapshotOperations } from '../volume/snapshot-operations.js';
import type { Methods } from './method-adapter.js';
import { renderSnapshot } from './render/snapshot.js';

/** Snapshot RPCs of the Controller service, for a provider that has snapshots. */
export function snapshotMethods(snapshots: SnapshotOperations): Methods<ControllerService> {
  return {
    createSnapshot: async (request, context) => ({
      snapshot: renderSnapshot(await snapshots.create(parseCreateSnapshot(request), context)),
    }),
    deleteSnapshot: async (request, context) => {
      await snapshots.delete(parseDeleteSnapshot(request), context);
      return {};
    },
    getSnapshot: async (request, context) => ({
      snapshot: renderSnapshot(await snapshots.get(parseGetSnapshot(request), context)),
    }),
    listSnapshots: async (request, context) => {
      const page = await snapshots.list(parseListSnapshots(request), context);
      return {
        entries: page.entries.map((snapshot) => ({ snapshot: renderSnapshot(snapshot) })),
        nextToken: page.nextToken,
      };
    },
  };
}
