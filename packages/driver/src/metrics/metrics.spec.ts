import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serveMetrics, type Metrics } from './metrics.js';

describe('serveMetrics', () => {
  const CREATE = '/csi.v1.Controller/CreateVolume';

  const withMetrics = async (address: string, use: (metrics: Metrics) => Promise<void>): Promise<void> => {
    const metrics = await serveMetrics(address, 'fsx.csi.aws.com');
    try {
      await use(metrics);
    } finally {
      await metrics.stop();
    }
  };

  const scrape = async ({ address }: Metrics): Promise<string> =>
    (await fetch(`http://${address}/metrics?collect=all`)).text();

  it('counts calls by method and code, as the sidecars do', () =>
    withMetrics('127.0.0.1:0', async (metrics) => {
      metrics.observer.started(CREATE);
      expect(await scrape(metrics)).toContain(`lustre_csi_calls_in_flight{method_name="${CREATE}"} 1\n`);
      metrics.observer.ended(CREATE, 'DEADLINE_EXCEEDED', 300.5);
      const text = await scrape(metrics);
      expect(text).toContain(`lustre_csi_calls_in_flight{method_name="${CREATE}"} 0\n`);
      const labels = `driver_name="fsx.csi.aws.com",method_name="${CREATE}",grpc_status_code="DeadlineExceeded"`;
      expect(text).toContain(`csi_plugin_operations_seconds_sum{${labels}} 300.5\n`);
      expect(text).toContain(`csi_plugin_operations_seconds_bucket{le="300",${labels}} 0\n`);
      expect(text).toContain(`csi_plugin_operations_seconds_bucket{le="600",${labels}} 1\n`);
    }));

  it('reports the state of the node at the time of the scrape', async () => {
    const stuckChild = { pid: 7, command: 'umount', state: 'D', ended: Promise.resolve() };
    let stats = {
      publications: 3,
      clientMounts: 1,
      overdueMounts: 2,
      forcedUnmounts: 0,
      lazyUnmounts: 0,
      lostTargets: [] as { target: string; state: string; seconds: number }[],
      stuckChildren: [] as {
        pid: number;
        command: string;
        state: string;
        ended: Promise<void>;
        startedAt: number;
      }[],
    };
    const metrics = await serveMetrics('127.0.0.1:0', 'fsx.csi.aws.com', { nodeStats: () => stats });
    const before = await scrape(metrics);
    stats = {
      ...stats,
      forcedUnmounts: 4,
      lazyUnmounts: 5,
      lostTargets: [{ target: 'lfs-OST0001', state: 'DISCONN', seconds: 75 }],
      stuckChildren: [
        { ...stuckChild, startedAt: Date.now() - 60_000 },
        { ...stuckChild, startedAt: Date.now() - 3_600_000 },
      ],
    };
    const after = await scrape(metrics);
    await metrics.stop();
    for (const line of [
      'publications 3',
      'client_mounts 1',
      'overdue_mounts 2',
      'stuck_processes 0',
      'stuck_process_age_seconds 0',
      'unmount_escalations_total{means="force"} 0',
    ])
      expect(before).toContain(`lustre_csi_node_${line}\n`);
    expect(before).not.toMatch(/^lustre_csi_node_lost_target_seconds\{/m);
    expect(after).toContain('lustre_csi_node_lost_target_seconds{target="lfs-OST0001"} 75\n');
    expect(after).toContain('lustre_csi_node_stuck_processes 2\n');
    expect(after).toMatch(/^lustre_csi_node_stuck_process_age_seconds 36\d\d\b/m);
    expect(after).toContain('lustre_csi_node_unmount_escalations_total{means="force"} 4\n');
    expect(after).toContain('lustre_csi_node_unmount_escalations_total{means="lazy"} 5\n');
  });

  it('reports no node metrics on a controller', () =>
    withMetrics('127.0.0.1:0', async (metrics) => {
      expect(await scrape(metrics)).not.toContain('lustre_csi_node_');
    }));

  it.each([
    ['OK', 'OK'],
    ['CANCELLED', 'Canceled'],
    ['INVALID_ARGUMENT', 'InvalidArgument'],
    ['RESOURCE_EXHAUSTED', 'ResourceExhausted'],
  ])('spells %s as %s', (code, spelled) =>
    withMetrics('127.0.0.1:0', async (metrics) => {
      metrics.observer.started(CREATE);
      metrics.observer.ended(CREATE, code, 1);
      expect(await scrape(metrics)).toContain(`grpc_status_code="${spelled}"`);
    }),
  );

  it('reports the process, only at /metrics', () =>
    withMetrics('127.0.0.1:0', async (metrics) => {
      expect(await scrape(metrics)).toMatch(/^process_resident_memory_bytes [0-9]+$/m);
      expect((await fetch(`http://${metrics.address}/`)).status).toBe(404);
    }));

  it('stops although a client keeps a connection open', async () => {
    const metrics = await serveMetrics('127.0.0.1:0', 'fsx.csi.aws.com');
    const answer = await fetch(`http://${metrics.address}/metrics`); // Its body is not read: the connection is in use.
    await metrics.stop();
    await expect(fetch(`http://${metrics.address}/metrics`)).rejects.toThrow();
    await answer.body?.cancel().catch(() => {});
  });

  it('names the address that is in use', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    await expect(serveMetrics(`127.0.0.1:${port}`, 'x')).rejects.toThrow(
      new RegExp(`--metrics-address: cannot listen on 127.0.0.1:${port}: .*EADDRINUSE`),
    );
    other.close();
  });
});
