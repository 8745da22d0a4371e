// Runs csi-sanity against one driver: run-suite.js SUBJECT CSI-SANITY REPORT. Runs inside `lustre-cloud-emulator exec`,
// whose clouds and mounts the driver uses. Exit status: 0 if all specs ran, and passed or were refused as expected.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allDirectoryDrivers, type PreparedHost } from '../testing/directory-bench.js';
import { startLustreCsi } from '../testing/lustre-csi.js';
import { parseJunit } from './junit-report.js';
import { complaintsAbout } from './refusals.js';
import { subjects, type Subject } from './subjects.js';
import { advertisedCapabilities, unjustifiedSkips } from './unjustified-skips.js';

const [subjectName = '', csiSanity = '', report = ''] = process.argv.slice(2);
const subject = subjects.find(({ name }) => name === subjectName);
if (!subject) throw new Error(`unknown subject "${subjectName}"`);

/** Time after which ginkgo ends a suite that hangs. */
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

/** Runs the suite to its end; the results are in the report. */
function runSuite(args: readonly string[]): Promise<void> {
  const suite = spawn(csiSanity, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    suite.once('error', reject);
    suite.once('exit', () => resolve());
  });
}

/** Prints complaints about the report.
 *  @returns the exit status */
async function judge({ refusals = [] }: Subject): Promise<0 | 1> {
  const results = parseJunit(readFileSync(report, 'utf8'));
  const advertised = await advertisedCapabilities(controller.client, node.client);
  const complaints = [
    ...complaintsAbout(results, refusals),
    ...unjustifiedSkips(advertised, results).map(
      ({ name, reason }) => `skipped, but not for a capability that is not advertised: ${name}: ${reason}`,
    ),
  ];
  complaints.forEach((complaint) => process.stdout.write(`${complaint}\n`));
  return complaints.length === 0 ? 0 : 1;
}

const { driverName } = subject;
const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-sanity-'));
// Two processes with a socket each, like in production.
const [controller, node] = await Promise.all([
  startLustreCsi({ driverName, mode: 'controller' }),
  startLustreCsi({ driverName, mode: 'node' }),
]);
let host: PreparedHost | undefined;
try {
  host = subject.makesDirectories
    ? await allDirectoryDrivers.find((each) => each.driverName === driverName)?.prepare(controller)
    : undefined;
  const parameters = { ...subject.parameters, ...host?.parameters };
  const endpoints = { node: node.endpoint, controller: controller.endpoint };
  await runSuite(suiteArguments({ ...subject, parameters }, endpoints, directory));
  process.exitCode = await judge(subject);
} finally {
  try {
    await host?.remove();
  } finally {
    writeFileSync(`${report}.driver.log`, controller.log() + node.log());
    await controller.stop();
    await node.stop();
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 0 });
}
