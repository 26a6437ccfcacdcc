import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { daysBetween } from '@/lib/days'

export interface Formats {
  date(at: string): string
  dateTime(at: string): string
  ago(at: string, now: number): string
  /** How many days ago, by the reader's calendar. */
  daysAgo(at: string, now: number): string
  count(number: number): string
  size(bytes: number): string
}

const SIZES: ['megabyte' | 'kilobyte' | 'byte', number][] = [
  ['megabyte', 1_000_000],
  ['kilobyte', 1_000],
  ['byte', 1],
]

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

function validZone(zone: string | null | undefined): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone ?? undefined })
    return zone ?? undefined
  } catch {
    return undefined
  }
}

function formatsFor(locale: string, zone: string | undefined): Formats {
  const day = { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const date = new Intl.DateTimeFormat(locale === 'en' ? 'en-CA' : locale, day)
  const time = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const number = new Intl.NumberFormat(locale)
  const asDate = (at: string) => date.format(new Date(at)).replaceAll('/', '-')
  return {
    date: asDate,
    dateTime: (at) => `${asDate(at)} ${time.format(new Date(at))}`,
    daysAgo: (at, now) => relative.format(-daysBetween(asDate(at), asDate(new Date(now).toISOString())), 'day'),
    count: (value) => number.format(value),
    size(bytes) {
      const [unit, length] = SIZES.find(([, least]) => bytes >= least) ?? ['byte', 1]
      const unitDisplay = unit === 'byte' ? 'long' : 'short'
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }).format(bytes / length)
    },
    ago(at, now) {
      const seconds = (new Date(at).getTime() - now) / 1000
      const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60]
      return relative.format(Math.ceil(seconds / size), unit)
    },
  }
}

/** Dates and numbers as the reader writes them, in the reader's time zone. */
export function useFormats(zone: () => string | null | undefined): ComputedRef<Formats> {
  const { locale } = useI18n()
  return computed(() => formatsFor(locale.value, validZone(zone())))
}
