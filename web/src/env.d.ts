declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

// Written into the build by vite.config.ts.
declare const __VERSION__: string
declare const __PAGE_PARTS__: { name: string; licence: string }[]
