// For generators of reference pages and for tests: the checks of `lustre-csi doctor`.
export type { Check, Finding, Outcome, Scope, Severity } from './check.js';
export type { ClusterContext } from './cluster/cluster-context.js';
export type { ControllerContext } from './controller/controller-context.js';
export type { NodeContext, NodeProcess } from './node/node-context.js';
export { allChecks } from './registry.js';
export { prepare, runChecks, select, type CheckResult } from './run-checks.js';
