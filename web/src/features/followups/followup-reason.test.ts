import { expect, test } from 'vitest'
import { reasonOf } from '@/features/followups/followup-reason'
import { aFollowup } from '@tests/builders'

const [EARLY, LATE, LATEST] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']

test.each([
  ['nobody ever wrote', {}, { key: 'never' }],
  ['nobody ever wrote to the company', { company: 'Example Ltd' }, { key: 'never_company' }],
  ['a company of blanks is none', { company: '  ' }, { key: 'never' }],
  ['the own contact is the newest', { company: 'Example Ltd', last_contact_date: LATE, company_last_contact: LATE }, { key: 'own', own: LATE }],
  [
    'a colleague was contacted later', { company: 'Example Ltd', last_contact_date: EARLY, company_last_contact: LATE },
    { key: 'company', own: EARLY, company: LATE },
  ],
  ['only a colleague was contacted', { company: 'Example Ltd', company_last_contact: LATE }, { key: 'company_alone', company: LATE }],
  ['somebody was done with it later still', { last_contact_date: EARLY, company_last_contact: LATE, done_at: LATEST }, { key: 'done', own: LATEST }],
  ['a contact after that counts', { last_contact_date: LATE, company_last_contact: LATE, done_at: EARLY }, { key: 'own', own: LATE }],
])('%s', (_, known, reason) => {
  expect(reasonOf(aFollowup(known))).toEqual(reason)
})
