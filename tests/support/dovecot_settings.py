"""Dovecot's configuration, in the two languages that Debian and Ubuntu ship: 2.3 and 2.4."""

import grp
import os
import pwd
from pathlib import Path

COMMON = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = /dev/stderr
default_internal_user = {account}
default_internal_group = {group}
default_login_user = {account}
first_valid_uid = 1
protocols = imap
listen = 127.0.0.1
ssl = required
auth_mechanisms = plain login
auth_failure_delay = 0
mail_fsync = never
mail_max_userip_connections = 50
service anvil {{
  chroot =
  # Without this, a test that signs in wrongly would slow down the tests after it.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
  }}
  mailbox Drafts {{
    special_use = \\Drafts
  }}
}}
"""

VERSION_2_3 = """
ssl_cert = <{folder}/server.crt
ssl_key = <{folder}/server.key
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users/%u
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
"""

VERSION_2_4 = """
ssl_server_cert_file = {folder}/server.crt
ssl_server_key_file = {folder}/server.key
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = {folder}/users/%{{user}}
}}
userdb static {{
  fields {{
    home = {folder}/mail/%{{user}}
  }}
}}
"""


# Tokens are shown to a provider, who says whose they are.
TOKENS_2_3 = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/tokens.conf
}}
"""

TOKENS_2_4 = """
auth_mechanisms = plain login xoauth2
oauth2 {{
  tokeninfo_url = {tokens_url}
  introspection_mode = auth
  username_attribute = email
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2
}}
"""


def token_settings(*, tokens_url: str) -> str:
    """The file that Dovecot 2.3 has for tokens."""
    return f"tokeninfo_url = {tokens_url}\nintrospection_mode = auth\nusername_attribute = email\n"


def dovecot_settings(
    *, version: str, folder: Path, port: int, starttls_port: int = 0, tokens_url: str = ""
) -> str:
    """The whole configuration file for this version."""
    account = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    group = "nogroup" if os.geteuid() == 0 else grp.getgrgid(os.getegid()).gr_name
    if version.startswith("2.3"):
        head, own, tokens = "", VERSION_2_3, TOKENS_2_3
    else:
        head = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        own, tokens = VERSION_2_4, TOKENS_2_4
    return head + (COMMON + (tokens if tokens_url else "") + own).format(
        folder=folder,
        port=port,
        starttls_port=starttls_port,
        account=account,
        group=group,
        tokens_url=tokens_url,
    )
