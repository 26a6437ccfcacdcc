import { defineConfig, mergeConfig } from 'vitest/config'
import vite from './vite.config'

// `page` drives the code of the page in jsdom; `checks` compares files that must agree and is part of `npm run check`.
export default mergeConfig(
  vite,
  defineConfig({
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
          },
        },
        { extends: true, test: { name: 'checks', environment: 'node', include: ['tests/**/*.test.ts'] } },
      ],
    },
  }),
)
