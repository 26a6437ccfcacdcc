import { expect, test } from 'vitest'
import { csvOf } from '@/lib/csv'

test('a file begins with the mark that spreadsheets need, and quotes only what must be quoted', () => {
  expect(csvOf([['周', 'a "b"'], ['1,5', 'x\ny']])).toBe('\uFEFF周,"a ""b"""\r\n"1,5","x\ny"\r\n')
})
