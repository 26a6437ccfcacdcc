import type { paths } from '@/api/schema.gen'

export type ExportKind = 'all' | 'valid' | 'invalid' | 'followup' | 'filtered' | 'template'
/** Which customers, in which order: what the list of customers shows. */
export type FilteredExport = NonNullable<paths['/api/v1/exports/filtered']['get']['parameters']['query']>
/** Whom to follow up; what is not said is as in the settings. */
export type FollowupExport = NonNullable<paths['/api/v1/exports/followup']['get']['parameters']['query']>

type Queries = { filtered: FilteredExport; followup: FollowupExport } & Record<Exclude<ExportKind, 'filtered' | 'followup'>, object>

/** Where a file of customers lies. It is made while it is downloaded, so a link to it is all that the page needs. */
export function exportAddress<Kind extends ExportKind>(kind: Kind, query?: Queries[Kind]): string {
  const said = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const words = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString()
  return `/api/v1/exports/${kind}${words && `?${words}`}`
}

/** Lets the browser fetch a file and keep it, however large; its name is the server's. */
export function keepFile(address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
}
