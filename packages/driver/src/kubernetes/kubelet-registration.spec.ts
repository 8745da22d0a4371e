import { expect, it } from 'vitest';
import { allObservers } from '../metrics/all-observers.js';
import { KubeletRegistration } from './kubelet-registration.js';

const getInfo = '/csi.v1.Node/NodeGetInfo';

it('is seen at an answered NodeGetInfo, and at no other call', () => {
  const registration = new KubeletRegistration();
  const told: string[] = [];
  const observer = allObservers(registration, {
    started: (method) => told.push(`started ${method}`),
    ended: (method, code, seconds) => told.push(`${method} ${code} ${seconds}`),
  });
  observer.ended('/csi.v1.Identity/GetPluginInfo', 'OK', 1);
  observer.ended('/csi.v1.Node/NodeGetCapabilities', 'OK', 1);
  observer.started(getInfo);
  observer.ended(getInfo, 'UNAVAILABLE', 2);
  expect(registration.seen).toBe(false);
  observer.ended(getInfo, 'OK', 3);
  expect(registration.seen).toBe(true);
  expect(told.slice(2)).toEqual([`started ${getInfo}`, `${getInfo} UNAVAILABLE 2`, `${getInfo} OK 3`]);
});
