/** Why a customer is on the list, as a text's key and the moments that belong into it. */
import type { Followup } from '@/api/types'

export interface Reason {
  key: 'never' | 'never_company' | 'own' | 'company' | 'company_alone' | 'done'
  own?: string
  company?: string
}

type Contacts = Pick<Followup, 'company' | 'last_contact_date' | 'company_last_contact' | 'done_at'>

const isLater = (one: string | null, other: string | null) =>
  one !== null && (other === null || Date.parse(one) > Date.parse(other))

/** What counts is the newest of three: the own contact, that of the company, and that somebody was done with it. */
export function reasonOf({ company, last_contact_date: own, company_last_contact: ofCompany, done_at: done }: Contacts): Reason {
  if (done !== null && isLater(done, own) && isLater(done, ofCompany)) return { key: 'done', own: done }
  if (ofCompany !== null && isLater(ofCompany, own)) {
    return own === null ? { key: 'company_alone', company: ofCompany } : { key: 'company', own, company: ofCompany }
  }
  if (own !== null) return { key: 'own', own }
  return { key: company.trim() === '' ? 'never' : 'never_company' }
}
