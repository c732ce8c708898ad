import { retryRates } from '../../broker-bridge/protocol/index.ts'
import type { RetryManyPlan, RetryVerdict } from '../../broker-bridge/protocol/index.ts'
import { countText } from '../shownText.ts'

const words: Readonly<Record<RetryVerdict, string>> = {
  ready: 'ready',
  edit: 'to be completed first',
  blocked: 'cannot be sent now',
}

/** What a dry run found, for a question; not escaped for any place. */
export function planText(plan: RetryManyPlan): { readonly heading: string; readonly detail: string } {
  const total = plan.ready + plan.edit + plan.blocked
  const heading =
    total === 0
      ? 'No task matches that has failed.'
      : `${plan.ready} of ${countText(total, 'task')} can be retried. Nothing has been sent yet.`
  const heaps = plan.heaps.map(({ verdict, count, reason, examples: [example] }) => {
    const such = example ? ` Such as ${example.name ?? 'a task without a name'}, ${example.id}.` : ''
    return `${count} ${words[verdict]}: ${reason}${such}`
  })
  const beyond = plan.beyond > 0 ? [`${countText(plan.beyond, 'further task')} match and were not looked at.`] : []
  const keeps = plan.keeps.length > 0 ? [`The new runs: ${plan.keeps.join(' ')}`] : []
  return { heading, detail: [...heaps, ...beyond, ...keeps].join('\n\n') }
}

/** What can become of callbacks, chains and chords; the careful way first. */
export function carryChoices({ withCanvas }: Pick<RetryManyPlan, 'withCanvas'>) {
  const such = `${withCanvas} of these tasks ${withCanvas === 1 ? 'has' : 'have'} callbacks, a chain or a chord`
  return [
    { label: 'Run the Tasks Alone', detail: `${such}; nothing follows the new runs.`, carry: false },
    {
      label: 'Carry What Was to Follow',
      detail: `${such}; it follows the new runs.`,
      carry: true,
    },
  ]
}

/** Null where it is no rate. */
export function readRate(text: string): number | null {
  const rate = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && rate >= retryRates.least && rate <= retryRates.most ? rate : null
}

/** What is wrong with a rate; undefined when nothing is. */
export function rateProblem(text: string): string | undefined {
  return readRate(text) === null ? `Write a number from ${retryRates.least} to ${retryRates.most}.` : undefined
}
