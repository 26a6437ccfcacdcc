import eslint from '@eslint/js'
import vue from 'eslint-plugin-vue'
import { readdirSync } from 'node:fs'
import tseslint from 'typescript-eslint'

const features = readdirSync(`${import.meta.dirname}/src/features`)

// The layers, from the bottom: lib < ui, api, i18n < features < app. Each folder names what it must not import.
const LAYERS = {
  lib: ['ui', 'api', 'i18n', 'features', 'app'],
  ui: ['api', 'i18n', 'features', 'app'],
  api: ['ui', 'features', 'app'],
  i18n: ['ui', 'api', 'features', 'app'],
}
const COMPONENT_LIBRARY = {
  regex: '^(reka-ui|echarts|@tiptap)(/|$)',
  message: 'Only src/ui knows the libraries of components and charts, so that replacing one costs one folder.',
}
const UPWARDS = { regex: '^\\.\\.', message: 'Write @/... so that a reader and the layer rules see where it leads.' }

const layer = (folder) => ({
  regex: `^@/${folder}(/|$)`,
  message: 'The layers are lib < ui, api, i18n < features < app; nothing imports upwards.',
})
const zone = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [UPWARDS, ...patterns] }] },
})

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts', 'public'] },
  eslint.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The compiler knows the names of the browser and of Node better than a list does.
      'no-undef': 'off',
      complexity: ['error', 10],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-len': ['error', { code: 130, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // Styles set by the server's policy: an inline style attribute in HTML would be refused by the browser.
      'vue/no-restricted-static-attribute': ['error', { key: 'style', message: 'style-src is self: use a class.' }],
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'any' } }],
      'vue/require-default-prop': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
    },
  },
  ...Object.entries(LAYERS).map(([folder, above]) =>
    zone([`src/${folder}/**`], ...above.map(layer), ...(folder === 'ui' ? [] : [COMPONENT_LIBRARY])),
  ),
  ...features.map((name) =>
    zone([`src/features/${name}/**`], layer('app'), COMPONENT_LIBRARY, {
      regex: `^@/features/(?!${name}/)`,
      message: 'Features are blind to each other; the app puts them together.',
    }),
  ),
  zone(['src/app/**', 'src/main.ts'], COMPONENT_LIBRARY),
  {
    files: ['**/*.test.ts', 'tests/**'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off', 'vue/one-component-per-file': 'off' },
  },
)
