import type { GoTool } from '../testing/go-tool.js';

/** Upstream conformance suite. Its build takes a minute or two with empty Go caches. */
export const csiSanityTool: GoTool = {
  name: 'csi-sanity',
  path: 'github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity',
  version: 'v5.6.0',
  buildTimeoutMs: 600_000,
};
