import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { readFileSync } from 'node:fs'
import { fileURLToPath, URL } from 'node:url'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

interface Package {
  version: string
  license?: string
  dependencies?: Record<string, string>
}
const packageAt = (path: string) => JSON.parse(readFileSync(at(path), 'utf8')) as Package
const ours = packageAt('./package.json')
// Who is credited is whoever the page is built from, with the licence that their package names.
const parts = Object.keys(ours.dependencies ?? {}).map((name) => {
  return { name, licence: packageAt(`./node_modules/${name}/package.json`).license ?? '' }
})

const FIRST_LIBRARIES = new RegExp(
  '/node_modules/(@?vue|vue-router|vue-i18n|@intlify|@tanstack|openapi-fetch|reka-ui/dist/(?!(Dialog|Tabs|Popover)/)[^/]+|@floating-ui|@vueuse|aria-hidden|defu|ohash)/',
)

// The page runs under `script-src 'self'` without eval, so messages are compiled here and no message compiler is shipped.
// Dialogs, the palette and tabs inside a screen come with the first of them that is opened.
const LATER = /reka-ui\/dist\/(Dialog|Tabs|Popover)\/|src\/ui\/(modal|palette|tabs|popover|progress)\./
const FIRST_UI = /src\/(ui\/(?!chart|rich|(modal|palette|tabs|popover|progress)\.)|lib\/|api\/)/

export default defineConfig({
  plugins: [
    vue(),
    vueI18n({
      include: [at('./src/i18n/*/*.json')],
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
      dropMessageCompiler: true,
    }),
  ],
  resolve: { alias: { '@tests': at('./tests'), '@': at('./src') } },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VERSION__: JSON.stringify(ours.version),
    __PAGE_PARTS__: JSON.stringify(parts),
  },
  // The manifest says which files the first screen needs; a check holds them to their budget.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    // Small shared pieces would else become a file each, and every file of the first screen is a request. Libraries
    // that only a later screen needs are not named here: they go with that screen.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'libraries', test: FIRST_LIBRARIES, priority: 2 },
            { name: 'ui', test: FIRST_UI, priority: 1 },
            { name: 'dialogs', test: LATER },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': 'http://127.0.0.1:8080', '/openapi.json': 'http://127.0.0.1:8080' },
  },
  // `page` drives the code of the page in jsdom; `checks` compares files that must agree and is part of `npm run check`.
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'page',
          environment: 'jsdom',
          include: ['src/**/*.test.ts'],
          setupFiles: ['tests/setup.ts'],
          sequence: { shuffle: true },
          // Generous: a busy machine must not turn a right page red.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'checks', environment: 'node', include: ['tests/**/*.test.ts'], testTimeout: 60_000 } },
    ],
  },
})
