import { expect, test } from 'vitest'
import { htmlOf, plainText } from '@/lib/plain-text'

test.each([
  ['plain words stay', 'plain words stay'],
  ['<p>two</p><p>words</p>', 'two words'],
  ['one<br>two', 'one two'],
  ['un<b>bro</b>ken', 'unbroken'],
  ['<style>p { color: red }</style>text', 'text'],
  ['a &lt;b&gt; &amp; 你好 &nbsp; c', 'a <b> & 你好 c'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
])('%s becomes %s', (html, text) => {
  expect(plainText(html)).toBe(text)
})

test('text survives the way to HTML and back, line by line', () => {
  expect(htmlOf(' a < b & c\n<script> ')).toBe('a &lt; b &amp; c<br>&lt;script&gt;')
  expect(plainText(htmlOf('a < b & c'))).toBe('a < b & c')
})
