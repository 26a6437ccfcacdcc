import { readFileSync } from 'node:fs'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { expect, test } from 'vitest'

const root = new URL('..', import.meta.url)

test('the types are those of docs/openapi.yaml (if not: `make client`)', async () => {
  const types = await openapiTS(new URL('../docs/openapi.yaml', root), { defaultNonNullable: false })
  const fresh = `${COMMENT_HEADER}${astToString(types)}`
  expect(readFileSync(new URL('src/api/schema.gen.ts', root), 'utf8')).toBe(fresh)
})
