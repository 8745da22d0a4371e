import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import type { NetworkDefect } from '@lustre-csi/core';

/** TCP ports of Lustre between clients and servers (FSx for Lustre User Guide, file system access control with Amazon VPC). */
const PORTS: readonly number[] = [988, 1018, 1019, 1020, 1021, 1022, 1023];

/** Defects of the rules of security groups, which count together: ports that no rule allows. */
export function ruleDefects(groups: readonly SecurityGroup[]): readonly NetworkDefect[] {
  const names = groups.map(({ GroupId }) => GroupId ?? '').join(', ');
  const inbound = groups.flatMap(({ IpPermissions }) => IpPermissions ?? []);
  const outbound = groups.flatMap(({ IpPermissionsEgress }) => IpPermissionsEgress ?? []);
  return [...defect(names, 'inbound', inbound), ...defect(names, 'outbound', outbound)];
}

function defect(
  subject: string,
  direction: 'inbound' | 'outbound',
  rules: readonly IpPermission[],
): readonly NetworkDefect[] {
  const missing = PORTS.filter((port) => !rules.some((rule) => allows(rule, port)));
  if (missing.length === 0) return [];
  const isInbound = direction === 'inbound';
  return [
    {
      subject,
      cause: `no ${direction} rule allows TCP ${missing.join(', ')}: ${isInbound ? 'clients cannot reach the servers' : 'the servers cannot reach clients'}`,
      nextStep: `add ${direction} rules for TCP 988 and 1018-1023 ${isInbound ? 'from' : 'to'} the group itself and the security groups of the nodes`,
    },
  ];
}

/** Reports whether a rule allows a port at all, from or to any address. */
function allows(rule: IpPermission, port: number): boolean {
  const targets = [rule.IpRanges, rule.Ipv6Ranges, rule.UserIdGroupPairs, rule.PrefixListIds];
  if (targets.every((each) => (each ?? []).length === 0)) return false;
  if (rule.IpProtocol === '-1') return true;
  if (rule.IpProtocol !== 'tcp' && rule.IpProtocol !== '6') return false;
  return (rule.FromPort ?? 0) <= port && port <= (rule.ToPort ?? 65_535);
}
