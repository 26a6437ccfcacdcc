import { createApp } from 'vue'
import App from '@/app/app.vue'

createApp(App).mount('#app')
