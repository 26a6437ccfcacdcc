import '@/ui/tokens.css'
import '@/ui/base.css'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from '@/app/app.vue'
import { gatherFeatures } from '@/app/features'
import { createPageRouter } from '@/app/router'
import { createBackend, provideBackend } from '@/api/backend'
import { firstLanguage, showLanguage, texts } from '@/i18n'
import { createNotices, provideNotices } from '@/lib/notices'

const features = gatherFeatures()
const backend = createBackend((request) => fetch(request))
const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 5_000, retry: 1 } } })
const app = createApp(App, { features })

provideBackend(app, backend)
provideNotices(app, createNotices())
app.use(texts).use(createPageRouter(features.tabs)).use(VueQueryPlugin, { queryClient: queries })

// Who is signed in is asked while the language is on its way: the first screen waits for both at once.
void backend.session.start()
void showLanguage(firstLanguage()).then(() => app.mount('#app'))
