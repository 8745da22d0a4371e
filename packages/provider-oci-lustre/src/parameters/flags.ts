import type { FlagDefinition } from '@lustre-csi/core';

const text = { type: 'string' } as const;

/** Flags of this provider. Variables without a prefix of this driver are those of the SDKs of OCI and of Oracle's driver. */
export const ociFlags = [
  {
    ...text,
    name: 'oci-auth',
    environment: 'OCI_AUTH',
    valueName: 'METHOD',
    description:
      'identity of the controller: user-key, instance-principal or workload-identity. Default: user-key where the ' +
      'configuration file has a key, workload-identity where OCI_RESOURCE_PRINCIPAL_VERSION is set, else instance-principal',
  },
  {
    ...text,
    name: 'oci-config-file',
    environment: 'OCI_CONFIG_FILE',
    valueName: 'FILE',
    description:
      "configuration of the SDKs of OCI (~/.oci/config), or the cloud provider configuration of Oracle's driver " +
      '(config.yaml; also by the variable CONFIG_YAML_FILENAME)',
  },
  {
    ...text,
    name: 'oci-compartment-id',
    environment: 'OCI_COMPARTMENT_ID',
    valueName: 'OCID,...',
    description:
      'compartments of the file systems: the first is that of StorageClasses without compartmentId. Name those of all ' +
      'StorageClasses. Default: compartment of the configuration file, or that of the instance',
  },
  {
    ...text,
    name: 'oci-region',
    environment: 'OCI_REGION',
    valueName: 'REGION',
    description:
      'region of the file systems, such as us-phoenix-1. Default: that of the configuration file, or of the instance',
  },
  {
    ...text,
    name: 'oci-realm-domain',
    environment: 'OCI_REALM_DOMAIN',
    valueName: 'DOMAIN',
    description:
      'domain of the APIs. Default: that of the instance where the region is its own, else oraclecloud.com',
  },
  {
    ...text,
    name: 'oci-lustre-endpoint',
    environment: 'OCI_LUSTRE_ENDPOINT',
    valueName: 'URL',
    description:
      'address of the Lustre file storage API, for a private endpoint. Default: that of the region',
  },
  {
    ...text,
    name: 'oci-identity-endpoint',
    environment: 'OCI_IDENTITY_ENDPOINT',
    valueName: 'URL',
    description: 'address of the Identity API, for a private endpoint. Default: that of the region',
  },
] as const satisfies readonly FlagDefinition[];

/** Name of one of these flags. */
export type OciFlag = (typeof ociFlags)[number]['name'];
