const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const fraction = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** `98,211`; a dash for what is not known, which is never the same as zero. */
export function formatCount(count: number | null): string {
  return count === null || !Number.isFinite(count) ? '–' : whole.format(count)
}

const precise = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })

/** A number as a task gave it: `1,204.5`. */
export function formatNumber(value: number): string {
  return precise.format(value)
}

/** Events per second: one decimal below ten, none above. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return '–'
  return rate < 9.95 ? fraction.format(rate) : whole.format(rate)
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
