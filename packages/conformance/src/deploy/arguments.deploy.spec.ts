// Command lines of all renders: the driver's are read by its own parser, the sidecars' by tables of their flags.
import { readConfig } from '@lustre-csi/driver/testing';
import { providers } from '@lustre-csi/lustre-csi';
import { describe, expect, inject, it } from 'vitest';
import { Helm } from './chart.js';
import { containersOf, environmentOf, type Container } from './containers.js';
import { isSidecarFlag } from './sidecar-flags.js';
import { valueSet, valueSets } from './value-sets.js';

const helm = new Helm(inject('helm'));
/** The driver of one's own is in another image. */
const ours = [...valueSets].filter(([name]) => name !== 'custom-driver');

const read = (argv: readonly string[], container: Container): ReturnType<typeof readConfig> =>
  readConfig({ name: 'lustre-csi', providers }, { argv, environment: environmentOf(container) });

/** Commands that kubelet runs in the container, without the executable, by their kind. */
const commandsOf = ({
  readinessProbe,
  lifecycle,
}: Container): readonly (readonly [string, readonly string[]])[] =>
  [
    ['readiness-probe', readinessProbe?.exec?.command.slice(1) ?? []] as const,
    ['pre-stop-hook', lifecycle?.preStop?.exec?.command.slice(1) ?? []] as const,
  ].filter(([, command]) => command.length > 0);

const flagsOf = ({ args = [] }: Container): readonly string[] =>
  args.map((arg) => arg.replace(/^--?([^=]+).*$/s, '$1'));

describe.skipIf(!inject('helm')).each(ours)('with %s', (_, file) => {
  it('the executable accepts each command line', async () => {
    const containers = containersOf(await helm.render({ files: [file] }));
    const drivers = containers.filter(({ name }) => name === 'lustre-csi');
    expect(drivers.length).toBeGreaterThan(0);
    for (const driver of drivers) {
      expect(read(driver.args ?? [], driver)).toMatchObject({
        kind: 'serve',
        config: { endpoint: { kind: 'unix', path: '/csi/csi.sock' } },
      });
      for (const [kind, command] of commandsOf(driver)) expect(read(command, driver).kind).toBe(kind);
    }
  });

  it('each sidecar knows its flags, and none is given twice', async () => {
    const containers = containersOf(await helm.render({ files: [file] }));
    const others = ['lustre-csi', 'load-client', 'wait'];
    const sidecars = containers.filter(({ name }) => !others.includes(name));
    expect(sidecars.length).toBeGreaterThanOrEqual(2);
    for (const sidecar of sidecars) {
      const flags = flagsOf(sidecar);
      expect(flags.filter((flag) => !isSidecarFlag(sidecar.name, flag))).toEqual([]);
      expect(flags).toEqual([...new Set(flags)]);
    }
  });
});

describe.skipIf(!inject('helm'))('an argument of the values', () => {
  it('replaces the argument of the chart with the same flag', async () => {
    const containers = containersOf(await helm.render({ files: [valueSet('everything-on')] }));
    const provisioner = containers.find(({ name }) => name === 'csi-provisioner');
    expect(provisioner?.args?.filter((arg) => arg.startsWith('--timeout'))).toEqual(['--timeout=9m']);
    const nodes = containers.filter(({ args = [] }) => args.includes('--mode=node'));
    expect(nodes.map(({ args = [] }) => args.filter((arg) => /^--?v=/.test(arg)))).toEqual([
      ['-v=5'],
      ['-v=5'],
    ]);
  });
});

describe('the test of command lines', () => {
  const container: Container = {
    name: 'lustre-csi',
    image: '',
    env: [
      { name: 'LUSTRE_CSI_DRIVER_NAME', value: 'fsx.csi.aws.com' },
      { name: 'CSI_ENDPOINT', value: 'unix:///csi/csi.sock' },
    ],
  };

  it('refuses a flag that the executable does not have', () => {
    expect(() => read(['--mode=node', '--no-such-flag=1'], container)).toThrow(/no-such-flag/);
    expect(() => read(['--mode=nodes'], container)).toThrow(/--mode is "nodes"/);
  });

  it('refuses a flag that a sidecar does not have', () => {
    expect(isSidecarFlag('csi-resizer', 'extra-create-metadata')).toBe(false);
  });
});
