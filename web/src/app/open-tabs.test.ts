import { render } from '@testing-library/vue'
import { defineComponent, h, nextTick } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { beforeEach, expect, test } from 'vitest'
import { useOpenTabs, type OpenTabs } from '@/app/open-tabs'
import type { Tab } from '@/lib/feature'

const component = defineComponent({ render: () => h('div') })
const tabs: Tab[] = [
  { name: 'customers', title: 'customers.tab', order: 1, path: '/customers', component },
  { name: 'logs', title: ({ service }) => `logs.${service ?? ''}`, order: 2, path: '/logs/:service', component, closable: true },
]

let router: Router
let open: OpenTabs

beforeEach(async () => {
  router = createRouter({ history: createMemoryHistory(), routes: tabs.map(({ name, path }) => ({ name, path, component })) })
  await router.push('/customers')
  const owner = defineComponent({
    setup() {
      open = useOpenTabs(() => tabs)
      return () => h('div')
    },
  })
  render(owner, { global: { plugins: [router] } })
})

const keys = () => open.list.value.map(({ key }) => key)

test('a closable tab appears when it is opened, once for each of its kind', async () => {
  expect(keys()).toEqual(['/customers'])
  for (const path of ['/logs/api', '/logs/backup', '/logs/api']) await router.push(path)
  expect(keys()).toEqual(['/customers', '/logs/api', '/logs/backup'])
  expect(open.list.value[1]?.params).toEqual({ service: 'api' })
})

test('a tab is found again as it was left, without the dialog that was open over it', async () => {
  await router.push('/customers?sort=-name&dialog=settings&customer=5')
  await router.push('/logs/api')
  expect(open.list.value[0]?.place).toBe('/customers?sort=-name&customer=5')
})

test('closing the tab one is in leads to its neighbour; closing another leads nowhere', async () => {
  await router.push('/logs/api')
  await router.push('/logs/backup')
  open.close('/logs/api')
  await nextTick()
  expect(router.currentRoute.value.path).toBe('/logs/backup')

  open.close('/logs/backup')
  await expect.poll(() => router.currentRoute.value.path).toBe('/customers')
  expect(keys()).toEqual(['/customers'])
})
