import { ConfigurationError } from '@lustre-csi/core';

/** Endpoints of one Azure cloud: its Resource Manager and the authority that issues tokens for it. */
export interface AzureCloud {
  /** Azure Resource Manager, without a trailing slash. */
  readonly resourceManager: string;
  /** Scope of tokens for Resource Manager. */
  readonly scope: string;
  /** Endpoint of Microsoft Entra ID. */
  readonly authority: string;
}

const publicCloud = known('https://management.azure.com', 'https://login.microsoftonline.com');
const governmentCloud = known('https://management.usgovcloudapi.net', 'https://login.microsoftonline.us');
const chinaCloud = known('https://management.chinacloudapi.cn', 'https://login.chinacloudapi.cn');

/** Clouds by the value of `cloud` in azure.json, in the spellings of cloud-provider-azure and the Azure CLI. */
const clouds: Readonly<Record<string, AzureCloud>> = {
  AzurePublicCloud: publicCloud,
  AzureCloud: publicCloud,
  AzureUSGovernmentCloud: governmentCloud,
  AzureUSGovernment: governmentCloud,
  AzureChinaCloud: chinaCloud,
};

/** Name of every private cloud, such as Azure Stack Hub, which only its endpoint identifies. */
const PRIVATE = 'AzureStackCloud';

/** Authorities that the public instance discovery of Entra ID knows; it would refuse any other. */
const wellKnown = new Set(
  [...Object.values(clouds).map((cloud) => cloud.authority), 'https://login.microsoft.com'].map(parentOf),
);

/** Finds the cloud that azure.json names.
 *  @param endpoint resourceManagerEndpoint: another endpoint of the same cloud, or that of a private one
 *  @throws ConfigurationError naming the field */
export function cloudNamed(name: string | undefined, endpoint: string | undefined, path: string): AzureCloud {
  const resourceManager = endpoint === undefined ? undefined : checkedEndpoint(endpoint, path);
  const wanted = (name ?? 'AzurePublicCloud').toLowerCase();
  if (wanted === PRIVATE.toLowerCase()) {
    if (resourceManager === undefined) {
      throw new ConfigurationError(
        `${path} names the cloud ${PRIVATE}: write its resourceManagerEndpoint there, too`,
      );
    }
    return { ...publicCloud, resourceManager, scope: `${resourceManager}/.default` };
  }
  const [, cloud] = Object.entries(clouds).find(([known]) => known.toLowerCase() === wanted) ?? [];
  if (!cloud) {
    const names = [...Object.keys(clouds), PRIVATE].join(', ');
    throw new ConfigurationError(`${path} names the cloud "${name}": write one of ${names}`);
  }
  return { ...cloud, ...(resourceManager === undefined ? {} : { resourceManager }) };
}

/**
 * Reports whether Entra ID's public instance discovery knows the authority. Credentials use it for every authority except
 * those of private clouds, which it does not know and which must work without the public internet.
 */
export function isWellKnownAuthority(authority: string): boolean {
  return wellKnown.has(parentOf(authority));
}

function checkedEndpoint(endpoint: string, path: string): string {
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:') {
    throw new ConfigurationError(
      `resourceManagerEndpoint in ${path} is "${endpoint}": write an https:// URL, since the driver sends no tokens over http`,
    );
  }
  return endpoint.replace(/\/+$/, '');
}

function known(resourceManager: string, authority: string): AzureCloud {
  return { resourceManager, scope: `${resourceManager}/.default`, authority };
}

function parentOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : url.toLowerCase();
}
