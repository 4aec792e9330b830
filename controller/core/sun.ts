import { DateTime } from 'luxon'
import { getTimes } from 'suncalc'
import { dayMs, fromLocal } from './calendar.ts'

/** Degrees, north and east positive. */
export interface Position {
  readonly latitude: number
  readonly longitude: number
}

/**
 * When the sun rises and sets on a local day, in Unix ms. Where it stays up, it rises at the day's first midnight and sets at its last;
 * where it stays down, it does both at noon.
 */
export function sunOf(day: number, zone: string, { latitude, longitude }: Position): { sunrise: number; sunset: number } {
  const noon = fromLocal(day * dayMs + dayMs / 2, zone)
  const times = getTimes(DateTime.fromMillis(noon).toJSDate(), latitude, longitude)
  if (times.sunrise !== null && times.sunset !== null) return { sunrise: times.sunrise.getTime(), sunset: times.sunset.getTime() }
  if (times.alwaysUp) return { sunrise: fromLocal(day * dayMs, zone), sunset: fromLocal((day + 1) * dayMs, zone) }
  return { sunrise: noon, sunset: noon }
}
