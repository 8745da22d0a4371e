import { credentials } from '@grpc/grpc-js';
import { RegistrationClient, type RegistrationService } from '../gen/pluginregistration.js';
import { clientOptions, promised, type Promised } from './promised-client.js';

/** Client of a plugin's registration, as kubelet is one. */
export interface KubeletRegistrationClient {
  readonly registration: Promised<RegistrationService>;
  close(): void;
}

/** Connects to the socket of a plugin in kubelet's directory `plugins_registry`. */
export function connectRegistration(path: string): KubeletRegistrationClient {
  const client = new RegistrationClient(`unix://${path}`, credentials.createInsecure(), clientOptions);
  return { registration: promised(client), close: () => client.close() };
}
