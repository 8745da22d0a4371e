// For tests of drivers built from this package: the executable as a process, and a cluster's API server.
export { startDriverProcess, type DriverProcess, type DriverProcessOptions } from './driver-process.js';
export {
  refuse,
  startKubeApiServer,
  type ApiRequest,
  type Interception,
  type KubeApiServer,
} from './kube-api-server.js';
export { selfSigned, type SelfSigned } from './self-signed.js';
