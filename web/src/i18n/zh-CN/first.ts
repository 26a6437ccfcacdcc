// What the first screen says. The rest of the language follows right behind it.
import common from './common.json'
import customers from './customers.json'
import followups from './followups.json'
import frame from './frame.json'
import messages from './messages.json'
import session from './session.json'
import statistics from './statistics.json'

export default { common, customers, followups, frame, messages, session, statistics }
