// Runs csi-sanity against one driver: run-suite.js SUBJECT CSI-SANITY REPORT. Runs inside `lustre-cloud-emulator exec`,
// whose clouds and mounts the driver uses. Exit status: csi-sanity's, or 1 where it skipped what it should have run.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareGeneric } from '../testing/directory-bench.js';
import { startDriverProcess } from '../testing/driver-process.js';
import { parseJunit } from './junit-report.js';
import { subjects, type Subject } from './subjects.js';
import { advertisedCapabilities, unjustifiedSkips } from './unjustified-skips.js';

const [subjectName = '', csiSanity = '', report = ''] = process.argv.slice(2);
const subject = subjects.find(({ name }) => name === subjectName);
if (!subject) throw new Error(`unknown subject "${subjectName}"`);

/** ginkgo's own end of a suite that hangs. */
const SUITE_TIMEOUT = '10m';

function suiteArguments(
  { parameters, mutableParameters, snapshotParameters, sizeBytes, expandedBytes }: Subject,
  endpoints: { readonly node: string; readonly controller: string },
  directory: string,
): readonly string[] {
  const file = (name: string, content: object): string => {
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify(content)); // JSON is YAML.
    return path;
  };
  return [
    `-csi.endpoint=${endpoints.node}`,
    `-csi.controllerendpoint=${endpoints.controller}`,
    `-csi.mountdir=${join(directory, 'mount')}`,
    `-csi.stagingdir=${join(directory, 'staging')}`,
    `-csi.testvolumesize=${sizeBytes}`,
    `-csi.testvolumeexpandsize=${expandedBytes}`,
    `-csi.testvolumeparameters=${file('parameters.yaml', parameters)}`,
    ...(mutableParameters
      ? [`-csi.testvolumemutableparameters=${file('mutable.yaml', mutableParameters)}`]
      : []),
    ...(snapshotParameters
      ? [`-csi.testsnapshotparameters=${file('snapshot.yaml', snapshotParameters)}`]
      : []),
    `-ginkgo.timeout=${SUITE_TIMEOUT}`,
    `-ginkgo.junit-report=${report}`,
    '-ginkgo.no-color',
  ];
}

function runSuite(args: readonly string[]): Promise<number> {
  const suite = spawn(csiSanity, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    suite.once('error', reject);
    suite.once('exit', (status) => resolve(status ?? 1));
  });
}

/** 0: every skipped spec is about something that the driver does not advertise. */
async function skippedTooMuch(): Promise<0 | 1> {
  const advertised = await advertisedCapabilities(controller.client, node.client);
  const skips = unjustifiedSkips(advertised, parseJunit(readFileSync(report, 'utf8')));
  for (const { name, reason } of skips) {
    process.stdout.write(`skipped, but not for a capability that is not advertised: ${name}: ${reason}\n`);
  }
  return skips.length === 0 ? 0 : 1;
}

const parameters = subject.isOnPremises
  ? { ...subject.parameters, ...prepareGeneric().parameters }
  : subject.parameters;
const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-sanity-'));
const { driverName } = subject;
// Two processes with a socket each, as in production.
const controller = await startDriverProcess({ driverName, mode: 'controller' });
const node = await startDriverProcess({ driverName, mode: 'node' });
try {
  const endpoints = { node: node.endpoint, controller: controller.endpoint };
  const status = await runSuite(suiteArguments({ ...subject, parameters }, endpoints, directory));
  process.exitCode = status === 0 ? await skippedTooMuch() : status;
} finally {
  writeFileSync(`${report}.driver.log`, controller.log() + node.log());
  await controller.stop();
  await node.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 0 });
}
