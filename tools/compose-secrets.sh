#!/usr/bin/env bash
# Makes the secrets of the containers on first use, in secrets/. What is there is never changed: the database and
# the broker were made with it. The folder is closed to others; the files in it can be read by the containers'
# account, which is nobody on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

made=0
random() { head -c 512 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c 40; }
keep() {
  if [ ! -s "secrets/$1" ]; then
    (umask 022 && printf '%s\n' "$2" >"secrets/.$1" && mv "secrets/.$1" "secrets/$1")
    made=1
  fi
}

mkdir -p secrets
chmod 0700 secrets
keep mariadb_root_password "$(random)"
keep mariadb_password "$(random)"
keep secret_key "$(random)"
keep demo_mailbox_password "$(random)"
keep rabbitmq_conf "default_vhost = mycrm
default_user = mycrm
default_pass = $(random)"
password=$(sed -n 's/^default_pass = //p' secrets/rabbitmq_conf)
keep bus_url "amqp://mycrm:$password@rabbitmq:5672/mycrm"
keep database_url "mysql+aiomysql://mycrm:$(cat secrets/mariadb_password)@mariadb:3306/mycrm"
if [ "$made" = 1 ]; then
  echo "Made passwords and keys in secrets/ - keep a copy of that folder. / 已在 secrets/ 中生成密码和密钥，请妥善备份该文件夹。"
fi
