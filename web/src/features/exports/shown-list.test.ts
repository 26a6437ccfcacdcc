import { expect, test } from 'vitest'
import { exportAddress } from '@/api/exports'
import { shownList } from '@/features/exports/shown-list'

test('what is exported is what the list of customers shows', () => {
  const query = { field: 'company', value: 'A & B 公司', sort: '-importance', only_valid: 'false', customer: '7', dialog: 'x' }
  const address = exportAddress('filtered', shownList({ name: 'customers', query }))
  const { pathname, searchParams } = new URL(address, 'http://127.0.0.1')
  expect(pathname).toBe('/api/v1/exports/filtered')
  expect(Object.fromEntries(searchParams)).toEqual({
    field: 'company', value: 'A & B 公司', sort: '-importance', only_valid: 'false',
  })
})

test('from another tab it is the list as it begins', () => {
  expect(shownList({ name: 'followups', query: { sort: 'due_since', only_valid: 'false' } })).toEqual({
    only_valid: true, sort: 'email',
  })
})

test('an address says only what was said', () => {
  expect(exportAddress('all')).toBe('/api/v1/exports/all')
  expect(exportAddress('followup', { operator: '>=', importance: 0, days: null })).toBe(
    '/api/v1/exports/followup?operator=%3E%3D&importance=0',
  )
})
