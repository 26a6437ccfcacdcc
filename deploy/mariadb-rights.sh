#!/bin/sh
# Lets the account of MyCRM use the database into which backups are restored to prove them, and the ones that keep
# what was there before a restore.
set -eu
MYSQL_PWD=$(cat /run/secrets/mariadb_root_password)
export MYSQL_PWD
exec mariadb --host=mariadb --user=root \
  --execute="GRANT ALL ON \`mycrm\\_mycrm\\_scratch\`.* TO 'mycrm'@'%'; GRANT ALL ON \`mycrm\\_before\\_%\`.* TO 'mycrm'@'%'"
