/** Every time zone that the browser knows, and the given one even if it does not. */
export function timeZones(present: string | null | undefined): string[] {
  const known = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
  if (present) known.add(present)
  return [...known].sort()
}
