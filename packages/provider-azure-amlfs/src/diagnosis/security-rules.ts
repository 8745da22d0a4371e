import type { NetworkDefect } from '@lustre-csi/core';
import { memberOf } from '../api/answer-shape.js';

/** TCP ports of Lustre between clients and servers (Azure Managed Lustre prerequisites: 988 and 1019 to 1023; 1018 is FSx's). */
const PORTS: readonly number[] = [988, 1019, 1020, 1021, 1022, 1023];

/** Rule of a network security group, as far as it decides about Lustre. */
interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly direction: string;
  readonly access: string;
  readonly protocol: string;
  readonly ports: readonly string[];
  /** Addresses on the other side: those of clients. */
  readonly peers: readonly string[];
}

/** Rules that keep clients of the virtual network from the servers: Azure applies the first that matches, by priority. */
export function ruleDefects(group: unknown): readonly NetworkDefect[] {
  const properties = memberOf(group, 'properties');
  const rules = ['securityRules', 'defaultSecurityRules']
    .flatMap((member) => listAt(properties, member))
    .map(toRule)
    .sort((a, b) => a.priority - b.priority);
  const id = memberOf(group, 'id');
  const subject = typeof id === 'string' ? id : 'the network security group';
  return ['Inbound', 'Outbound'].flatMap((direction) => defectOf(subject, direction, rules));
}

function defectOf(subject: string, direction: string, rules: readonly Rule[]): readonly NetworkDefect[] {
  const denied = PORTS.flatMap((port) => {
    const first = rules.find((rule) => applies(rule, direction, port));
    return first?.access.toLowerCase() === 'deny' ? [{ port, rule: first.name }] : [];
  });
  if (denied.length === 0) return [];
  const names = [...new Set(denied.map(({ rule }) => rule))].join(', ');
  return [
    {
      subject,
      cause: `its ${direction.toLowerCase()} rule ${names} denies TCP ${denied.map(({ port }) => port).join(', ')} in the virtual network`,
      nextStep: `add an ${direction.toLowerCase()} rule that allows TCP 988 and 1019-1023 in the virtual network, with a smaller priority number`,
    },
  ];
}

const applies = ({ direction, protocol, ports, peers }: Rule, wanted: string, port: number): boolean =>
  direction.toLowerCase() === wanted.toLowerCase() &&
  ['*', 'tcp'].includes(protocol.toLowerCase()) &&
  ports.some((range) => contains(range, port)) &&
  peers.some((peer) => ['*', 'any', 'virtualnetwork', '0.0.0.0/0'].includes(peer.toLowerCase()));

function contains(range: string, port: number): boolean {
  if (range === '*') return true;
  const [from = NaN, to = from] = range.split('-').map(Number);
  return from <= port && port <= to;
}

function toRule(item: unknown): Rule {
  const properties = memberOf(item, 'properties');
  const direction = textAt(properties, 'direction');
  const peer = direction.toLowerCase() === 'inbound' ? 'sourceAddressPrefix' : 'destinationAddressPrefix';
  return {
    name: textAt(item, 'name'),
    priority: Number(memberOf(properties, 'priority')),
    direction,
    access: textAt(properties, 'access'),
    protocol: textAt(properties, 'protocol'),
    ports: oneOrMore(properties, 'destinationPortRange'),
    peers: oneOrMore(properties, peer, `${peer}es`),
  };
}

/** Value of a member, or those of the member with the plural. */
const oneOrMore = (object: unknown, name: string, plural = `${name}s`): readonly string[] =>
  [memberOf(object, name), ...listAt(object, plural)].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );

function listAt(object: unknown, name: string): readonly unknown[] {
  const value = memberOf(object, name);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function textAt(object: unknown, name: string): string {
  const value = memberOf(object, name);
  return typeof value === 'string' ? value : '';
}
