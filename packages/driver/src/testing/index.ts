// For tests and demonstrations of drivers built from these packages.
export { startDriverProcess, type DriverProcess, type DriverProcessOptions } from './driver-process.js';
