import { screen, waitFor, within } from '@testing-library/vue'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import AboutDialog from '@/features/help/about-dialog.vue'
import GuidePage from '@/features/help/guide-page.vue'
import { blocksOf, inlineOf } from '@/features/help/guide-text'
import { showLanguage } from '@/i18n'
import { FakeServer } from '@tests/fake-server'
import { show } from '@tests/page'

test('a text becomes headings, paragraphs, lists, tables and commands', () => {
  const text = '# One\n\nfirst\nline\n\n- a\n  more\n- b\n\n1. c\n\n| x | y |\n|---|---|\n| 1 | `2` |\n\n```\nrun me\n```'
  const words = (word: string) => [{ kind: 'text', text: word }]
  expect(blocksOf(text)).toEqual([
    { kind: 'heading', level: 1, text: 'One', id: 'guide-0' },
    { kind: 'text', parts: words('first line') },
    { kind: 'list', isOrdered: false, items: [words('a more'), words('b')] },
    { kind: 'list', isOrdered: true, items: [words('c')] },
    { kind: 'table', head: [words('x'), words('y')], rows: [[words('1'), [{ kind: 'code', text: '2' }]]] },
    { kind: 'commands', text: 'run me' },
  ])
})

test('a line knows bold, code and links, and takes nothing for HTML', () => {
  expect(inlineOf('a **b** `c` [d](https://example.com) <i>')).toEqual([
    { kind: 'text', text: 'a ' }, { kind: 'strong', text: 'b' }, { kind: 'text', text: ' ' }, { kind: 'code', text: 'c' },
    { kind: 'text', text: ' ' }, { kind: 'link', text: 'd', href: 'https://example.com' }, { kind: 'text', text: ' <i>' },
  ])
})

test('the guide is in the language of the page, and its chapters lead to their headings', async () => {
  const server = new FakeServer()
  await show(GuidePage, server)
  expect(await screen.findByRole('heading', { name: 'The MyCRM guide' })).toBeTruthy()
  const asked = server.asked.length
  Element.prototype.scrollIntoView = () => undefined
  await userEvent.click(within(screen.getByRole('navigation')).getByRole('link', { name: 'Backups' }))
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Backups' }))
  await showLanguage('zh-CN')
  expect(await screen.findByRole('heading', { name: 'MyCRM 使用帮助' })).toBeTruthy()
  expect(server.asked).toHaveLength(asked)
})

test('the about dialog says version, licence, and whose work is inside', async () => {
  await show(AboutDialog, new FakeServer())
  await waitFor(() => expect(screen.getByText(/^Version \d+\.\d+\.\d+$/)).toBeTruthy())
  expect(screen.getByText(/GNU GPL/)).toBeTruthy()
  for (const name of ['vue', 'echarts', 'aioimaplib']) expect(screen.getByText(name)).toBeTruthy()
})
