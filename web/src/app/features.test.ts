import { describe, expect, test } from 'vitest'
import { gatherFeatures } from '@/app/features'

const features = gatherFeatures()

describe('what the features add', () => {
  test('fills the menus as people know them', () => {
    const ids = (menu: 'data' | 'logs' | 'settings' | 'help') => features.commands(menu, 'admin').map(({ id }) => id)
    const among = (...names: string[]) => expect.arrayContaining(names) as unknown
    expect(ids('data')).toEqual(among('customers:add'))
    expect(ids('logs')).toEqual(among('messages:system', 'mailbox', 'logs:mail-fetcher', 'logs:verifier', 'logs:backup'))
    expect(ids('settings')).toEqual(among('settings'))
    expect(ids('help')).toEqual(among('about'))
  })

  test('offers nobody what they may not do', () => {
    expect(features.commands('data', 'viewer')).toEqual([])
  })

  test('has a first tab that is always there', () => {
    expect(features.tabs[0]).toMatchObject({ name: 'customers', path: '/customers' })
    expect(features.tabs[0]?.closable).toBeFalsy()
  })
})

test('a feature that comes later adds itself, in its place', () => {
  const page = { component: () => Promise.resolve({}) }
  const later = gatherFeatures([
    { tabs: [{ name: 'late', title: 'late', order: 20, path: '/late', ...page }] },
    { tabs: [{ name: 'early', title: 'early', order: 10, path: '/early', ...page }] },
  ])
  expect(later.tabs.map(({ name }) => name)).toEqual(['early', 'late'])
})
