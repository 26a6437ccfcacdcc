import backups from './backups.json'
import checks from './checks.json'
import common from './common.json'
import customers from './customers.json'
import errors from './errors.json'
import exports from './exports.json'
import followups from './followups.json'
import frame from './frame.json'
import help from './help.json'
import imports from './imports.json'
import logs from './logs.json'
import mailboxes from './mailboxes.json'
import messages from './messages.json'
import session from './session.json'
import settings from './settings.json'
import statistics from './statistics.json'

export default {
  backups,
  checks,
  common,
  customers,
  errors,
  exports,
  followups,
  frame,
  help,
  imports,
  logs,
  mailboxes,
  messages,
  session,
  settings,
  statistics,
}
