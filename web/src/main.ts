import '@/ui/tokens.css'
import '@/ui/base.css'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from '@/app/app.vue'
import { gatherFeatures } from '@/app/features'
import { createPageRouter } from '@/app/router'
import { undoWords } from '@/app/undo-words'
import { createBackend, provideBackend } from '@/api/backend'
import { Live, provideLive } from '@/api/live'
import { beginLanguage, firstLanguage, texts } from '@/i18n'
import { provideCustomerPanels } from '@/lib/customer-panels'
import { provideShortcuts, Shortcuts } from '@/lib/shortcuts'
import { createNotices, provideNotices } from '@/lib/notices'
import { createUndo, provideUndo } from '@/lib/undo'

const features = gatherFeatures()
const backend = createBackend((request) => fetch(request))
const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } })
const live = new Live(backend.session)
const app = createApp(App, { features })

provideBackend(app, backend)
const notices = createNotices()
provideLive(app, live)
provideShortcuts(app, new Shortcuts())
provideNotices(app, notices)
provideCustomerPanels(app, features.customerPanels)
provideUndo(app, createUndo(notices, undoWords))
app.use(texts).use(createPageRouter(features.tabs)).use(VueQueryPlugin, { queryClient: queries })

live.start()
// Who is signed in is asked while the language is on its way: the first screen waits for both at once.
void backend.session.start()
void beginLanguage(firstLanguage()).then(() => app.mount('#app'))
