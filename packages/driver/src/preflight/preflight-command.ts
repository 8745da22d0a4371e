import { ConfigurationError, messageOf, type CloudDiagnosis } from '@lustre-csi/core';
import type { ToolConfig } from '../config/config.js';
import { reportOptions } from '../doctor/doctor-options.js';
import { Surroundings } from '../doctor/surroundings.js';
import type { DriverDefinition } from '../driver-definition.js';
import { storageClassesOf } from '../kubernetes/storage-classes.js';
import type { Output } from '../output.js';
import { classesIn, type FoundClasses } from './classes-in-files.js';
import { examineClass, type ClassFinding, type ClassReport } from './examine-class.js';
import { jsonPreflight, preflightStatus, textPreflight } from './preflight-report.js';

const LIMIT_MS = 120_000;

/**
 * The command `preflight`: examines StorageClasses, of files or of the cluster, before a claim uses them: their parameters, and in
 * the cloud subnet, SKU, room, quota and firewall rules. Prints what a claim would create, and the sizes. Creates nothing.
 * @returns the exit status: 0 nothing is wrong, 1 some could not be decided, 3 defects
 * @throws ConfigurationError naming the flag or file
 */
export async function preflightCommand(
  config: ToolConfig,
  driver: DriverDefinition,
  output: Output,
): Promise<number> {
  const options = reportOptions(config.settings);
  const surroundings = new Surroundings(config, driver);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no answer in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  try {
    const { own, foreign } = await classes(config, surroundings, limit.signal);
    const [provider, diagnosis] = await Promise.all([surroundings.provider(), surroundings.diagnosis()]);
    const examiners = { driverName: config.plugin.driverName, provider, ...(diagnosis ? { diagnosis } : {}) };
    const reports = await Promise.all(own.map((each) => examineClass(each, examiners, limit.signal)));
    const account = diagnosis ? await accountFindings(diagnosis, limit.signal) : [];
    const all: readonly ClassReport[] = [...reports, ...accountReport(account)];
    output.write(
      options.output === 'json'
        ? jsonPreflight(all, foreign)
        : textPreflight(all, foreign, output.isTerminal),
    );
    return preflightStatus(all, options.failOn);
  } finally {
    clearTimeout(timer);
    await surroundings.close();
  }
}

async function classes(
  { operands, plugin }: ToolConfig,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<FoundClasses> {
  if (operands.length > 0) return classesIn(operands, plugin.driverName);
  const kube = surroundings.kube();
  if (!kube)
    throw new ConfigurationError(
      'preflight: name files with StorageClasses (or - for standard input); without one it reads those of the cluster, from a pod',
    );
  return { own: await storageClassesOf(kube, plugin.driverName, signal), foreign: [] };
}

/** Findings about the account, which concern all classes. */
async function accountFindings(
  diagnosis: CloudDiagnosis,
  signal: AbortSignal,
): Promise<readonly ClassFinding[]> {
  try {
    const quotas = await diagnosis.quotas(signal);
    return quotas
      .filter(({ used, limit }) => used >= limit)
      .map(({ name, used, limit }) => ({
        severity: 'error',
        cause: `the quota ${name} is used up: ${used} of ${limit}`,
        nextStep: 'request a higher quota of the cloud, or delete file systems that are not needed',
      }));
  } catch (error) {
    signal.throwIfAborted();
    return [
      {
        severity: 'unknown',
        cause: `the quota cannot be read: ${messageOf(error)}`,
        nextStep: 'give the identity the right',
      },
    ];
  }
}

const accountReport = (findings: readonly ClassFinding[]): readonly ClassReport[] =>
  findings.length === 0 ? [] : [{ name: '', sizes: [], findings }];
