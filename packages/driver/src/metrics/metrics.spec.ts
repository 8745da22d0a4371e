import { createServer } from 'node:net';
import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { metricCatalogue } from './catalogue.js';
import { serveMetrics, type Metrics, type MetricSources } from './metrics.js';

const controller = {
  trash: (): { volumes: number; since?: number } | undefined => undefined,
  leads: (): boolean | undefined => undefined,
  orphans: (): number | undefined => undefined,
};
const driver = { driverName: 'fsx.csi.aws.com', provider: 'fsx.csi.aws.com', version: '1.2.3' };
const readyNode = {
  readiness: async () => [],
  clientVersions: async () => ({ module: '2.15.6', utilities: '2.15.8' }),
  startupTaint: () => false,
};
const idle = {
  publications: 0,
  clientMounts: 0,
  overdueMounts: 0,
  forcedUnmounts: 0,
  lazyUnmounts: 0,
  lostTargets: [],
  stuckChildren: [],
};
const ofController: MetricSources = { ...driver, mode: 'controller', controller };

describe('serveMetrics', () => {
  const CREATE = '/csi.v1.Controller/CreateVolume';

  const withMetrics = async (address: string, use: (metrics: Metrics) => Promise<void>): Promise<void> => {
    const metrics = await serveMetrics(address, ofController);
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
    const metrics = await serveMetrics('127.0.0.1:0', {
      ...driver,
      mode: 'node',
      node: { ...readyNode, stats: () => stats },
    });
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
    const metrics = await serveMetrics('127.0.0.1:0', ofController);
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
    await expect(serveMetrics(`127.0.0.1:${port}`, ofController)).rejects.toThrow(
      new RegExp(`--metrics-address: cannot listen on 127.0.0.1:${port}: .*EADDRINUSE`),
    );
    other.close();
  });

  it('measures requests to the cloud, throttles and retries', () =>
    withMetrics('127.0.0.1:0', async (metrics) => {
      metrics.cloudRequests.sent('DescribeFileSystems', 1)({ code: 'ThrottlingException', throttled: true });
      metrics.cloudRequests.sent('DescribeFileSystems', 2)({ code: 'OK' });
      const text = await scrape(metrics);
      const labels = 'provider="fsx.csi.aws.com",operation="DescribeFileSystems"';
      const name = 'lustre_csi_cloud_request_duration_seconds_count';
      expect(text).toContain(`${name}{${labels},code="ThrottlingException"} 1\n`);
      expect(text).toContain(`${name}{${labels},code="OK"} 1\n`);
      expect(text).toContain(`lustre_csi_cloud_throttles_total{${labels}} 1\n`);
      expect(text).toContain(`lustre_csi_cloud_retries_total{${labels}} 1\n`);
    }));

  it('reports work that is pending over several calls', () =>
    withMetrics('127.0.0.1:0', async (metrics) => {
      const subject = { operation: 'create', kind: 'directory', key: 'pvc-1' } as const;
      const labels = 'operation="create",kind="directory"';
      metrics.observer.started(CREATE, subject);
      metrics.observer.ended(CREATE, 'DEADLINE_EXCEEDED', 60, subject);
      expect(await scrape(metrics)).toContain(`lustre_csi_pending_operations{${labels}} 1\n`);
      metrics.observer.started(CREATE, subject);
      metrics.observer.ended(CREATE, 'OK', 1, subject);
      const text = await scrape(metrics);
      expect(text).toContain(`lustre_csi_pending_operations{${labels}} 0\n`);
      expect(text).toContain(`lustre_csi_oldest_pending_age_seconds{${labels}} 0\n`);
    }));

  it('reports trash, leadership and orphans as far as they are known', async () => {
    let sources = controller;
    const metrics = await serveMetrics('127.0.0.1:0', {
      ...ofController,
      controller: {
        trash: () => sources.trash(),
        leads: () => sources.leads(),
        orphans: () => sources.orphans(),
      },
    });
    const unknown = await scrape(metrics);
    sources = {
      trash: () => ({ volumes: 3, since: Date.now() - 90_000 }),
      leads: () => true,
      orphans: () => 2,
    };
    const known = await scrape(metrics);
    sources = controller;
    const forgotten = await scrape(metrics);
    await metrics.stop();
    for (const text of [unknown, forgotten]) {
      expect(text).toContain('lustre_csi_trash_volumes 0\n');
      expect(text).not.toMatch(/^lustre_csi_(leader|orphans)/m);
    }
    expect(known).toContain('lustre_csi_trash_volumes 3\n');
    expect(known).toMatch(/^lustre_csi_trash_oldest_age_seconds 9\d\b/m);
    expect(known).toContain('lustre_csi_leader 1\n');
    expect(known).toContain('lustre_csi_orphans{provider="fsx.csi.aws.com"} 2\n');
  });

  it('reports the readiness and the client of the node, and changes of its mounts', async () => {
    const message = 'no module';
    const findings = [{ reason: 'no-module', message }] as const;
    const node = {
      ...readyNode,
      stats: () => idle,
      readiness: async () => findings,
      startupTaint: () => true,
    };
    const metrics = await serveMetrics('127.0.0.1:0', { ...driver, mode: 'node', node });
    metrics.mounts?.started('mount')({ seconds: 3, error: 'ENODEV' });
    metrics.mounts?.started('unmount')({ seconds: 0.02 });
    const text = await scrape(metrics);
    await metrics.stop();
    for (const line of [
      'ready 0',
      'unready{reason="no-module"} 1',
      'unready{reason="no-mount-helper"} 0',
      'startup_taint 1',
      `client_info{module_version="2.15.6",userland_version="2.15.8",kernel="${release()}"} 1`,
      'mount_duration_seconds_count{operation="mount"} 1',
      'mount_duration_seconds_bucket{le="0.05",operation="unmount"} 1',
      'mount_errors_total{operation="mount",errno="ENODEV"} 1',
    ])
      expect(text).toContain(`lustre_csi_node_${line}\n`);
  });

  it('serves what the catalogue declares, and nothing else of its own', async () => {
    const node = { ...readyNode, stats: () => idle };
    const trash = () => ({ volumes: 0 });
    const metrics = await serveMetrics('127.0.0.1:0', {
      ...{ ...driver, mode: 'all', node },
      controller: { trash, leads: () => true, orphans: () => 0 },
    });
    const types = [...(await scrape(metrics)).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    await metrics.stop();
    const own = types.filter(([, name = '']) => /^(lustre_)?csi_/.test(name));
    expect(own.map(([, name, type]) => `${name} ${type}`).sort()).toEqual(
      Object.values(metricCatalogue)
        .map(({ name, type }) => `${name} ${type}`)
        .sort(),
    );
  });
});
