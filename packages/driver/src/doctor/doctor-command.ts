import { ConfigurationError } from '@lustre-csi/core';
import type { ToolConfig } from '../config/config.js';
import type { DriverDefinition } from '../driver-definition.js';
import type { Output } from '../output.js';
import { reportOptions, selectionOf, waitMsOf } from './doctor-options.js';
import { allChecks } from './registry.js';
import { exitStatusOf, jsonReport, textReport } from './report.js';
import { prepare, runChecks, select, type PreparedCheck } from './run-checks.js';
import { Surroundings } from './surroundings.js';
import type { Subject } from './why/explain-context.js';

/**
 * The command `doctor`: examines this node, the controller or the cluster, depending on `--mode`, and reports each defect with its
 * cause and next step. `doctor claim` and `doctor pod` explain one object. Changes nothing.
 * @returns the exit status: 0 healthy, 1 some checks could not be decided, 3 defects
 * @throws ConfigurationError naming the flag or operand
 */
export async function doctorCommand(
  config: ToolConfig,
  driver: DriverDefinition,
  output: Output,
): Promise<number> {
  const options = reportOptions(config.settings);
  const surroundings = new Surroundings(config, driver);
  try {
    const [kind, object, ...more] = config.operands;
    if (kind !== undefined) {
      const subject = subjectOf(kind, object, more);
      const { explain } = await import('./why/explain.js');
      return await explain(subject, await surroundings.explained(), output);
    }
    const ids = Object.values(allChecks).flatMap((checks) => checks.map(({ id }) => id));
    const chosen = selectionOf(config.settings, ids);
    const waitMs = waitMsOf(config.settings);
    const checks = select(await preparedFor(config, surroundings), chosen);
    const results = await runChecks(checks, waitMs);
    const about = { driver: config.plugin.driverName, version: driver.version, node: config.nodeId };
    output.write(
      options.output === 'json' ? jsonReport(results, about) : textReport(results, output.isTerminal),
    );
    return exitStatusOf(results, options.failOn);
  } finally {
    await surroundings.close();
  }
}

/** Checks of the mode: those of the node need its mounts, those of the controller its credentials. */
async function preparedFor(
  { mode }: ToolConfig,
  surroundings: Surroundings,
): Promise<readonly PreparedCheck[]> {
  const checks: PreparedCheck[] = [];
  if (mode !== 'controller') checks.push(...prepare('node', allChecks.node, await surroundings.node()));
  if (mode === 'node') return checks;
  checks.push(...prepare('controller', allChecks.controller, await surroundings.controller()));
  const cluster = await surroundings.cluster();
  if (cluster) checks.push(...prepare('cluster', allChecks.cluster, cluster));
  return checks;
}

function subjectOf(kind: string, object: string | undefined, more: readonly string[]): Subject {
  const [namespace, name, ...rest] = (object ?? '').split('/');
  const isComplete = namespace && name && rest.length === 0 && more.length === 0;
  if ((kind === 'claim' || kind === 'pod') && isComplete) return { kind, namespace, name };
  throw new ConfigurationError(
    `doctor ${[kind, object, ...more].filter(Boolean).join(' ')}: write doctor, doctor claim NAMESPACE/NAME or doctor pod NAMESPACE/NAME`,
  );
}
