import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'

const artefacts = fileURLToPath(new URL('../artefacts', import.meta.url))
const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts Debian's Chromium without a window. `await using browser = await startChromium()` ends it as well. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', ...quiet] })
}

/**
 * Watches how much a page's main thread works.
 * @returns a function that says how many seconds of processor time it has spent so far; unlike time on the clock they do not grow
 * with what else the machine does
 */
export async function watchMainThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
}

/** Keeps what the page shows as test/artefacts/NAME.png, and returns the file's path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  mkdirSync(artefacts, { recursive: true })
  const path = join(artefacts, `${name}.png`)
  await page.screenshot({ path })
  return path
}
