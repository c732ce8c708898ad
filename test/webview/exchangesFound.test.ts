import { test } from 'node:test'
import { connected } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })

test('exchanges under other names are named above the feed, and a press connects with them', async () => {
  const { capabilities } = connected()
  const events = { available: false, reason: 'There is no exchange “celeryev”.' } as const
  const otherNames = { eventExchange: 'shop-events', controlExchange: 'shop-control' }
  const lacking = connected({ capabilities: { ...capabilities, events }, otherNames })
  const bridge = await stage.start({ connections: [lacking] })
  bridge.answers.useFoundExchanges = () => connected()
  const { page } = await stage.open()
  await page.getByText('“shop-events” for events (event_exchange) and “shop-control” for commands (control_exchange)').waitFor()
  await page.screenshot({ path: 'test/artefacts/exchanges-found.png' })
  await page.getByRole('button', { name: 'Use These Exchanges' }).click()
  await until(() => bridge.requests.some(({ method }) => method === 'useFoundExchanges'))
  await page.getByText('Connecting again with these exchanges.').waitFor({ state: 'attached' })
})
