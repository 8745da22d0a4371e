#!/usr/bin/env bash
# Installs the driver from the manifests in deploy/kubernetes, after checks of the cluster:
#   install-driver.sh SET [--image IMAGE] [--timeout DURATION] [--dry-run]
# SET is a directory below deploy/kubernetes: aws-fsx, azure-amlfs, google-lustre, generic, overlays/drop-in-aws,
# overlays/drop-in-azure, or overlays/openshift/aws-fsx (azure-amlfs, google-lustre, generic). Works on the cluster of the current context of kubectl.
#   --image     image of the driver, with tag or digest, in place of the placeholder in the manifests
#   --timeout   time limit of each rollout, such as 10m (default: 30m, the time that a large cluster takes)
#   --dry-run   checks, and lets the API server check all objects, but creates none
# Exit status: 0, 1 (a check or the installation failed), 2 (wrong arguments).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/kubernetes/manifests.sh
. "$here/kubernetes/manifests.sh"

set_name='' image='' timeout=30m dry_run=''
while [ $# -gt 0 ]; do
  case $1 in
    --image) image=$(value_of "$@"); shift ;;
    --timeout) timeout=$(value_of "$@"); shift ;;
    --dry-run) dry_run=yes ;;
    -*) wrong_arguments "unknown option $1" ;;
    *) [ -z "$set_name" ] || wrong_arguments "one set at a time: $set_name or $1"; set_name=$1 ;;
  esac
  shift
done
read_set "$set_name"

# The manifests have native sidecars: an older API server drops the field, and the pods never start.
check_version() {
  local version minor
  version=$(kubectl version -o json | tr -d ' \n' | sed -n 's/.*"serverVersion":{\([^}]*\)}.*/\1/p')
  minor=$(printf '%s' "$version" | sed -n 's/.*"minor":"\([0-9]*\).*/\1/p')
  [ -n "$minor" ] || fail 'the API server did not report its version'
  [ "$minor" -ge 29 ] || fail "the cluster has Kubernetes 1.$minor, and the manifests need 1.29: install the Helm chart"
}

check_rights() {
  local resource
  for resource in clusterroles clusterrolebindings csidrivers.storage.k8s.io; do
    kubectl auth can-i create "$resource" >/dev/null ||
      fail "you may not create $resource: use a context with the rights of a cluster administrator"
  done
}

# Helm would take the objects back with its next upgrade.
check_helm() {
  local release
  release=$(kubectl get csidriver "$driver" --ignore-not-found -o \
    'jsonpath={.metadata.annotations.meta\.helm\.sh/release-name}')
  [ -z "$release" ] || fail "$driver belongs to the Helm release $release: upgrade that release, or uninstall it first"
}

# Two controllers of one driver would work on the same claims.
check_other_controller() {
  local name found
  for name in fsx-csi-controller csi-azurelustre-controller lustre-csi-controller lustre-csi-aws-fsx-controller \
    lustre-csi-azure-amlfs-controller lustre-csi-google-lustre-controller lustre-csi-generic-controller; do
    controls_same_driver "$name" || continue
    found=$(kubectl get deployments --all-namespaces --field-selector "metadata.name=$name" -o \
      'jsonpath={range .items[*]}{.metadata.namespace}{" "}{end}')
    for other in $found; do
      [ "$other/$name" = "$namespace/$controller" ] ||
        fail "the controller $name runs in $other: delete it, or install the drop-in set that replaces it"
    done
  done
}

controls_same_driver() { # DEPLOYMENT
  case $driver in
    fsx.csi.aws.com) [[ $1 == fsx-csi-* || $1 == *-aws-fsx-* ]] ;;
    azurelustre.csi.azure.com) [[ $1 == csi-azurelustre-* || $1 == *-azure-amlfs-* ]] ;;
    # lustre-csi-controller is that of lustre-csi-driver of Google.
    lustre.csi.storage.gke.io) [[ $1 == lustre-csi-controller || $1 == *-google-lustre-* ]] ;;
    *) [[ $1 == *-generic-* ]] ;;
  esac
}

check_cluster
check_version
check_rights
check_helm
check_other_controller
echo "checks passed: $driver can be installed in the namespace $namespace"

if [ -n "$dry_run" ]; then
  # A namespace that does not exist yet fails the check of everything in it.
  manifests | kubectl apply --dry-run=server -f -
  exit 0
fi
manifests | kubectl apply -f -
for workload in $(workloads); do
  kubectl -n "$namespace" rollout status "$workload" --timeout "$timeout" ||
    fail "$workload is not ready: kubectl -n $namespace describe ${workload%%/*} ${workload#*/}. A node pod that is not ready has no Lustre client: its events state what is missing"
done
echo "$driver is installed. Nodes that have registered it:"
kubectl get csinodes -o custom-columns='NODE:.metadata.name,DRIVERS:.spec.drivers[*].name'
