import type { CsiClient } from '@lustre-csi/core/client';

/** Time of a call that states none. Milliseconds. */
export const CALL_MS = 120_000;

type Method = (request: unknown, options: object) => Promise<unknown>;

/** Gives each call without a deadline one, so that a driver that never answers ends its figure only. */
export const boundedClient = (client: CsiClient): CsiClient => ({
  identity: bounded(client.identity),
  controller: bounded(client.controller),
  node: bounded(client.node),
  close: () => client.close(),
});

const bounded = <Service extends object>(service: Service): Service =>
  new Proxy(service, {
    get:
      (target, name) =>
      (request: unknown, options: object = {}): Promise<unknown> =>
        (target as Readonly<Record<string | symbol, Method>>)[name]?.(request, {
          deadline: Date.now() + CALL_MS,
          ...options,
        }) ?? Promise.reject(new Error(`no method ${String(name)}`)),
  });
