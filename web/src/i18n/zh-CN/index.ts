import backups from './backups.json'
import checks from './checks.json'
import errors from './errors.json'
import exports from './exports.json'
import first from './first'
import help from './help.json'
import imports from './imports.json'
import logs from './logs.json'
import mailboxes from './mailboxes.json'
import settings from './settings.json'

export default { ...first, backups, checks, errors, exports, help, imports, logs, mailboxes, settings }
