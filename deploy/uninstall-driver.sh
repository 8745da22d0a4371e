#!/usr/bin/env bash
# Removes what install-driver.sh has installed:
#   uninstall-driver.sh SET [--with-volumes] [--dry-run]
# Refuses while PersistentVolumes of the driver exist: without the driver, pods that use them do not end, and file systems whose
# claims are deleted stay in the cloud and are billed.
#   --with-volumes   removes the driver nevertheless
#   --dry-run        checks, and removes nothing
# Namespaces stay. Exit status: 0, 1 (a check or the removal failed), 2 (wrong arguments).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/kubernetes/manifests.sh
. "$here/kubernetes/manifests.sh"

set_name='' with_volumes='' dry_run='' image=''
while [ $# -gt 0 ]; do
  case $1 in
    --with-volumes) with_volumes=yes ;;
    --dry-run) dry_run=yes ;;
    -*) wrong_arguments "unknown option $1" ;;
    *) [ -z "$set_name" ] || wrong_arguments "one set at a time: $set_name or $1"; set_name=$1 ;;
  esac
  shift
done
read_set "$set_name"

# An error of kubectl ends the script: a list that is not known is not empty.
check_volumes() {
  local volumes count
  volumes=$(kubectl get persistentvolumes -o \
    "jsonpath={range .items[?(@.spec.csi.driver==\"$driver\")]}{.metadata.name}{\"\\n\"}{end}")
  [ -n "$volumes" ] || return 0
  count=$(printf '%s\n' "$volumes" | wc -l)
  if [ -z "$with_volumes" ]; then
    printf '%s\n' "$volumes" | head -5 >&2
    fail "$count PersistentVolumes of $driver exist: delete their claims first, or pass --with-volumes"
  fi
  echo "$count PersistentVolumes of $driver stay without a driver"
}

check_cluster
check_volumes
if [ -n "$dry_run" ]; then
  echo "checks passed: $driver can be removed from the namespace $namespace"
  exit 0
fi
# Workloads end first: their pods need the rights until then.
for workload in $(workloads); do
  kubectl -n "$namespace" delete "$workload" --ignore-not-found --cascade=foreground
done
manifests_without_namespace | kubectl delete --ignore-not-found -f -
echo "$driver is removed"
