const DAY = 86_400_000

/** The days from one calendar day (`2026-11-22`) to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY)
}

/** A calendar day, so many days later. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10)
}

/** The Monday of an ISO week such as `2026-W47`: week 1 is the one that holds the 4th of January. */
export function mondayOf(week: string): string {
  const [year = '', number = ''] = week.split('-W')
  const fourth = `${year}-01-04`
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7
  return dayAfter(fourth, (Number(number) - 1) * 7 - weekday)
}
