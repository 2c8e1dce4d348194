#!/bin/sh
# Installs a PostgreSQL server, of which the tests of this folder start one of their own; does
# nothing when one is there.
set -eu

command -v pg_ctl >/dev/null && exit 0
ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "setup.sh: install PostgreSQL with your package manager" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# The package would start a server at once; the tests need only the programs.
mkdir -p /etc/postgresql-common
[ -f /etc/postgresql-common/createcluster.conf ] ||
  echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
apt-get install -y -qq --no-install-recommends postgresql >/dev/null
