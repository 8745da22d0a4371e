import { BlockList, isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { ConfigurationError } from '../errors/configuration-error.js';
import type { ReadVariable } from './environment.js';

/** Test of a host, in lower case, and a port against an entry of NO_PROXY. */
type Exemption = (host: string, port: string) => boolean;

/** Link-local addresses (metadata services): no proxy can reach those of this machine. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Rules of HTTP_PROXY, HTTPS_PROXY and NO_PROXY as programs in Go apply them (golang.org/x/net/http/httpproxy), in either
 *  case; only link-local addresses are never reached through a proxy here. */
export class ProxyRules {
  readonly #proxies: ReadonlyMap<string, URL>;
  readonly #exemptions: readonly Exemption[];

  /** @throws ConfigurationError naming a variable that is no address of a proxy */
  constructor(variable: ReadVariable) {
    const proxies = [
      ['http:', proxyIn(variable, 'HTTP_PROXY')],
      ['https:', proxyIn(variable, 'HTTPS_PROXY')],
    ] as const;
    this.#proxies = new Map(proxies.flatMap(([scheme, proxy]) => (proxy ? [[scheme, proxy]] : [])));
    const entries = (eitherCase(variable, 'NO_PROXY')?.value ?? '').split(',');
    this.#exemptions = entries.flatMap((entry) => exemptionOf(entry.trim().toLowerCase()) ?? []);
  }

  /** Reports that no proxy is set. */
  get isEmpty(): boolean {
    return this.#proxies.size === 0;
  }

  /** Returns the proxy for requests to this URL; undefined: a direct connection. */
  proxyFor({ protocol, hostname, port }: URL): URL | undefined {
    const proxy = this.#proxies.get(protocol);
    if (!proxy) return undefined;
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (host === 'localhost' || isIn(loopback, host) || isIn(linkLocal, host)) return undefined;
    const number = port || (protocol === 'https:' ? '443' : '80');
    return this.#exemptions.some((exempts) => exempts(host, number)) ? undefined : proxy;
  }
}

function eitherCase(
  variable: ReadVariable,
  name: string,
): { readonly name: string; readonly value: string } | undefined {
  for (const spelling of [name, name.toLowerCase()]) {
    const value = variable(spelling);
    if (value) return { name: spelling, value };
  }
  return undefined;
}

/** Reads a proxy's URL; without a scheme, it is http. */
function proxyIn(variable: ReadVariable, name: string): URL | undefined {
  const found = eitherCase(variable, name);
  if (!found) return undefined;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(found.value) ? found.value : `http://${found.value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  // The value may contain a password.
  throw new ConfigurationError(
    `${found.name} is no address of an HTTP proxy: write http://HOST:PORT or https://HOST:PORT`,
  );
}

/** Reads an entry: `*`, an address, a subnet, `name` with its subdomains, `.name` or `*.name` for these alone; all but subnets
 *  with or without a port. */
function exemptionOf(entry: string): Exemption | undefined {
  if (entry === '') return undefined;
  if (entry === '*') return () => true;
  const subnet = subnetOf(entry);
  if (subnet) return (host) => isIn(subnet, host);
  const { name, port } = splitPort(entry);
  if (name === '') return undefined;
  const hasPort = (actual: string): boolean => port === undefined || port === actual;
  if (isIP(name)) {
    const address = new BlockList();
    address.addAddress(name, familyOf(name));
    return (host, actual) => isIn(address, host) && hasPort(actual);
  }
  const given = name.replace(/^\*?\./, '');
  // A name of ASCII letters stays: domainToASCII takes digits for an address.
  const domain = /^[ -~]*$/.test(given) ? given : domainToASCII(given);
  const withItself = !/^\*?\./.test(name);
  return (host, actual) =>
    (host.endsWith(`.${domain}`) || (withItself && host === domain)) && hasPort(actual);
}

function subnetOf(entry: string): BlockList | undefined {
  const [, address = '', bits = ''] = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(entry) ?? [];
  if (!isIP(address) || Number(bits) > (isIPv4(address) ? 32 : 128)) return undefined;
  const subnet = new BlockList();
  subnet.addSubnet(address, Number(bits), familyOf(address));
  return subnet;
}

/** Separates `host:port`, `[::1]:port` and `[::1]`; an address of IPv6 alone has no port. */
function splitPort(entry: string): { readonly name: string; readonly port: string | undefined } {
  if (isIP(entry)) return { name: entry, port: undefined };
  const { host = '', port } = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>[0-9]+))?$/.exec(entry)?.groups ?? {};
  return { name: host.replace(/^\[|\]$/g, ''), port };
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

const isIn = (list: BlockList, host: string): boolean => isIP(host) !== 0 && list.check(host, familyOf(host));
