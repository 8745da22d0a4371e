# Functions of install-driver.sh and uninstall-driver.sh: the set of manifests, and its driver, namespace and workloads.
# Callers set `here`, the directory deploy, and `image`, which may be empty.
# shellcheck shell=bash disable=SC2154,SC2034

fail() {
  echo "$(basename "$0"): $1" >&2
  exit 1
}

wrong_arguments() {
  echo "$(basename "$0"): $1: see the first lines of the script" >&2
  exit 2
}

value_of() { # OPTION VALUE...
  [ $# -ge 2 ] && [ -n "$2" ] || wrong_arguments "$1 needs a value"
  printf '%s' "$2"
}

# Sets `file`, `driver`, `namespace` and `controller` of a set.
read_set() {
  [ -n "$1" ] || wrong_arguments 'the set is missing, such as aws-fsx'
  file=$here/kubernetes/$1/lustre-csi.yaml
  [ -f "$file" ] || wrong_arguments "there is no set $1 in deploy/kubernetes"
  driver=$(sed -n '/^kind: CSIDriver$/,/^spec:$/s/^  name: //p' "$file")
  namespace=$(sed -n '/^kind: Deployment$/,/^spec:$/s/^  namespace: //p' "$file")
  controller=$(sed -n '/^kind: Deployment$/,/^spec:$/s/^  name: //p' "$file")
}

# The image is replaced in whole lines: an IMAGE with a digest has no tag.
manifests() {
  if [ -z "$image" ]; then
    cat "$file"
  else
    sed "s|image: ghcr\.io/lustre-csi/lustre-csi:.*|image: $image|" "$file"
  fi
}

manifests_without_namespace() {
  manifests | awk '
    function flush() { if (text != "" && !is_namespace) printf "---\n%s", text; text = ""; is_namespace = 0 }
    /^---$/ { flush(); next }
    /^kind: Namespace$/ { is_namespace = 1 }
    { text = text $0 "\n" }
    END { flush() }'
}

# Names of workloads as kubectl takes them: deployment/NAME, daemonset/NAME.
workloads() {
  awk '/^kind: / { kind = tolower($2) } /^metadata:$/ { inside = 1; next } /^[a-z]/ { inside = 0 }
    inside && /^  name: / && (kind == "deployment" || kind == "daemonset") { print kind "/" $2 }' "$file"
}

check_cluster() {
  command -v kubectl >/dev/null || fail 'kubectl is missing: install it, and set its context to the cluster'
  kubectl get --raw /readyz >/dev/null || fail 'the API server does not answer: check the context of kubectl'
}
