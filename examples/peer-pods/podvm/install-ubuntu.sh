#!/bin/sh
# Installs a Lustre client into an Ubuntu image of the machines: run it in the image's root, for example as mkosi.postinst.chroot or
# with virt-customize --run.
#   LUSTRE_PACKAGES  Debian packages with the modules for the image's kernel, and the utilities
# Microsoft builds packages for Ubuntu 22.04 and 24.04. For the images of cloud-api-adaptor with Ubuntu 26.04, build Lustre 2.17 or
# newer for their kernel, and put the packages into a repository of yours.
set -eu
: "${LUSTRE_PACKAGES:?name the packages}"
apt-get update
# shellcheck disable=SC2086 # A list of packages.
apt-get install --yes --no-install-recommends $LUSTRE_PACKAGES
kernel=$(ls /lib/modules | sort -V | tail -n 1)
depmod "$kernel"
modinfo --set-version "$kernel" lustre >/dev/null
systemctl enable lustre-modules.service
