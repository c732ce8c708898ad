import type { VsCodeHost } from '../host.ts'
import type { PageModel } from './model.ts'

/** Asks the extension for what its workers logged of the task that is chosen, whenever another one is. */
export function followTaskLog(host: VsCodeHost, model: PageModel): void {
  let asked: string | null = null
  const ask = (): void => {
    const task = model.view.selected?.id ?? null
    if (task === asked) return
    asked = task
    model.takeLog([])
    host.post({ type: 'watchLog', task })
  }
  host.onMessage((message) => {
    if (message.type === 'taskLog' && message.task === asked) model.takeLog(message.lines)
  })
  model.addEventListener('change', ask)
  ask()
}
