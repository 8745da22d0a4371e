import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors/configuration-error.js';
import { ProxyRules } from './proxy-rules.js';

const proxyFor = (url: string, environment: Readonly<Record<string, string>>): string | undefined =>
  new ProxyRules((name) => environment[name]).proxyFor(new URL(url))?.host;

const both = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2' };

describe('ProxyRules', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['https://arm.test/x', both, 'secure:2'],
    ['http://arm.test/x', both, 'plain:1'],
    ['https://arm.test', { https_proxy: 'http://lower:3' }, 'lower:3'],
    ['https://arm.test', { https_proxy: 'http://lower:3', HTTPS_PROXY: 'http://upper:4' }, 'upper:4'],
    ['https://arm.test', { http_proxy: 'http://lower:3' }, undefined],
    ['https://arm.test', { ALL_PROXY: 'http://all:3' }, undefined],
    ['https://arm.test', { HTTPS_PROXY: 'host:3128' }, 'host:3128'],
    ['https://arm.test', { HTTPS_PROXY: 'https://tls.proxy.test' }, 'tls.proxy.test'],
  ])('finds the proxy of %s with %j', (url, environment, proxy) => {
    expect(proxyFor(url, environment)).toBe(proxy);
  });

  it.each<[string, string, boolean]>([
    ['https://fsx.us-west-2.amazonaws.com', '', true],
    ['https://fsx.us-west-2.amazonaws.com', 'amazonaws.com', false],
    ['https://fsx.us-west-2.amazonaws.com', '.amazonaws.com', false],
    ['https://fsx.us-west-2.amazonaws.com', '*.amazonaws.com', false],
    ['https://fsx.us-west-2.amazonaws.com', 'AMAZONAWS.COM', false],
    ['https://fsx.us-west-2.amazonaws.com', 'azonaws.com', true],
    ['https://amazonaws.com', 'amazonaws.com', false],
    ['https://amazonaws.com', '.amazonaws.com', true],
    ['https://amazonaws.com', '*.amazonaws.com', true],
    ['https://a.test', 'b.test, a.test ,', false],
    ['https://a.test', '*', false],
    ['https://a.test', 'a.test:443', false],
    ['https://a.test:8443', 'a.test:443', true],
    ['https://a.test:8443', 'a.test:8443', false],
    ['https://a.test', ':443', true],
    ['https://a.test', 'https://a.test', true],
    ['https://10.1.2.3', '10.0.0.0/8', false],
    ['https://11.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '10.1.2.3', false],
    ['https://10.1.2.3:8443', '10.1.2.3:8443', false],
    ['https://10.1.2.3', '10.1.2.3:8443', true],
    ['https://10.1.2.3', '.2.3', false],
    ['https://[fd00::1]', 'fd00::/8', false],
    ['https://[fd00::1]', 'fd00::1', false],
    ['https://[fd00::1]:8443', '[fd00::1]:8443', false],
    ['https://[fd00::1]', '[fd00::1]:8443', true],
    ['https://[2001:db8::1]', 'fd00::/8', true],
    ['https://a.test', '10.0.0.0/99', true],
    ['https://localhost:8443', '', false],
    ['https://127.3.2.1', '', false],
    ['https://[::1]', '', false],
    ['https://169.254.169.254', '', false],
    ['https://a.localhost', '', true],
  ])('sends %s with NO_PROXY "%s" through a proxy: %s', (url, exempt, isProxied) => {
    expect(proxyFor(url, { ...both, NO_PROXY: exempt })).toBe(isProxied ? 'secure:2' : undefined);
    expect(proxyFor(url, { ...both, no_proxy: exempt })).toBe(isProxied ? 'secure:2' : undefined);
  });

  it.each(['socks5://proxy:1080', 'http://', 'http://a b:x', 'ftp://proxy'])(
    'refuses the proxy %s, and shows no password',
    (value) => {
      const environment = { https_proxy: value.replace('//', '//user:hunter2@') };
      const build = (): unknown => new ProxyRules((name) => environment[name as keyof typeof environment]);
      expect(build).toThrow(ConfigurationError);
      expect(build).toThrow(/^https_proxy is no address of an HTTP proxy: (?!.*hunter2)/);
    },
  );
});
