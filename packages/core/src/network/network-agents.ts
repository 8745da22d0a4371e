import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';

/** Agents for clients of `node:http` and `node:https`. */
export interface NetworkAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}
