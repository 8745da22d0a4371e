// For tests of drivers built from this package: the executable as a process, its command line, and a cluster's API server.
export { readConfig, type Invocation } from '../config/config.js';
export { startDriverProcess, type DriverProcess, type DriverProcessOptions } from './driver-process.js';
export {
  refuse,
  startKubeApiServer,
  type ApiRequest,
  type Interception,
  type KubeApiServer,
} from './kube-api-server.js';
export { selfSigned, type SelfSigned } from './self-signed.js';
export { StandInKubelet } from './stand-in-kubelet.js';
