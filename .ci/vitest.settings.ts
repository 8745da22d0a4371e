import { defineConfig } from 'vitest/config';

// Shared by every package: specs stand beside their sources and import the built packages that they use.
// `*.mount.spec.ts` need the mount simulation and the clouds of `lustre-cloud-emulator exec`: vitest.mounts.config.ts.
// `*.packages.spec.ts` need the packed packages: vitest.packages.config.ts.
// `*.deploy.spec.ts` need helm: vitest.deploy.config.ts.
// `*.kubernetes.spec.ts` need the cluster of `npm run test:kubernetes`: vitest.kubernetes.config.ts.
const included = {
  specs: ['src/**/*.spec.ts'],
  mounts: ['src/**/*.mount.spec.ts'],
  slow: ['src/**/*.slow.spec.ts', 'src/**/*.slow.mount.spec.ts'],
  packages: ['src/**/*.packages.spec.ts'],
  deploy: ['src/**/*.deploy.spec.ts'],
  kubernetes: ['src/**/*.kubernetes.spec.ts'],
};
type Kind = keyof typeof included;

const excluded = {
  specs: [
    'src/**/*.mount.spec.ts',
    'src/**/*.slow.spec.ts',
    'src/**/*.packages.spec.ts',
    'src/**/*.deploy.spec.ts',
    'src/**/*.kubernetes.spec.ts',
  ],
  mounts: ['src/**/*.slow.mount.spec.ts'],
  slow: [],
  packages: [],
  deploy: [],
  kubernetes: [],
};

/** Work before all specs of a kind: packages are packed once, and tools are built once. */
const setups: Partial<Record<Kind, string>> = {
  packages: 'src/packages/global-setup.ts',
  deploy: 'src/deploy/global-setup.ts',
  kubernetes: 'src/kubernetes/release/global-setup.ts',
};

// Authorities and proxies of the machine that runs the specs. The emulated clouds need none of them, and reading a bundle costs
// each Node.js process 0.07 s of CPU and each client of a cloud 0.2 s. Specs that download need them.
const settingsOfMachine = [
  ...['AWS_CA_BUNDLE', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  // `lustre-cloud-emulator exec` replaces this one with its own authority.
  ...(process.env['LUSTRE_EMULATOR_URL'] ? [] : ['NODE_EXTRA_CA_CERTS']),
];

const report = process.env['LUSTRE_CSI_TEST_REPORTS'];

export function settings(kind: Kind): ReturnType<typeof defineConfig> {
  if (setups[kind] === undefined) for (const name of settingsOfMachine) delete process.env[name];
  return defineConfig({
    test: {
      include: included[kind],
      exclude: excluded[kind],
      // Processes, mounts and timers on a loaded CI machine: once more before it counts as broken, and it is reported.
      retry: process.env['CI'] ? 1 : 0,
      // Most tests wait most of the time. Specs with mounts share what `lustre-cloud-emulator exec` has set up.
      maxWorkers: ['mounts', 'slow', 'kubernetes'].includes(kind) ? 1 : 2,
      // In the cluster, tests wait for programs outside of this process.
      ...(kind === 'kubernetes' ? { maxConcurrency: 12 } : {}),
      globalSetup: setups[kind] ?? [],
      testTimeout: { packages: 120_000, kubernetes: 180_000 }[kind as string] ?? 30_000,
      hookTimeout: kind === 'kubernetes' ? 600_000 : 30_000,
      // A worker that stood beside npm and tsc takes a while to end.
      teardownTimeout: kind === 'packages' ? 60_000 : 10_000,
      reporters: report ? ['default', 'json'] : ['default'],
      ...(report
        ? { outputFile: { json: `${report}/${process.env['npm_package_name']}-${kind}.json` } }
        : {}),
    },
  });
}
