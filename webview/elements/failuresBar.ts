import { html } from 'lit'
import type { TemplateResult } from 'lit'
import { failureMarks } from '../../broker-bridge/protocol/index.ts'
import type { FailureGroup, FailureMark } from '../../broker-bridge/protocol/index.ts'
import { countMarks, mostShown } from '../feed/failureGroups.ts'
import { formatCount } from '../text/numbers.ts'

const words: Readonly<Record<FailureMark, string>> = { new: 'New', known: 'Known', resolved: 'Resolved' }

/** Chips for the marks that are shown, with how many groups bear each. */
export function markChips(
  groups: readonly FailureGroup[],
  shown: ReadonlySet<FailureMark>,
  toggle: (mark: FailureMark) => void,
): TemplateResult[] {
  const counts = countMarks(groups)
  return failureMarks.map(
    (mark) =>
      html`<button class="chip" aria-pressed=${shown.has(mark)} @click=${() => toggle(mark)}>
        ${words[mark]} <span class="numbers">${formatCount(counts[mark])}</span>
      </button>`,
  )
}

/** What can be done about some groups. */
export interface FailureDeeds {
  showTasks(): void
  retry(): void
  mark(mark: FailureMark): void
  copy(): void
}

const markAction: Readonly<Record<FailureMark, string>> = { new: 'Mark as New', known: 'Mark as Known', resolved: 'Resolve' }

/** Buttons for what can be done about these groups. @param refusal why nothing can be sent to their broker; empty where it can */
export function actionButtons(groups: readonly FailureGroup[], refusal: string, deeds: FailureDeeds): TemplateResult {
  const some = groups.length > 0
  const tooMany = groups.length > mostShown ? `This takes up to ${mostShown} groups at a time.` : ''
  const marks = failureMarks.filter((mark) => !some || groups.some((group) => group.mark !== mark))
  return html`${button('Show Tasks', some, () => deeds.showTasks(), tooMany)}
  ${button('Retry…', some, () => deeds.retry(), tooMany || refusal)}
  ${marks.map((mark) => button(markAction[mark], some, () => deeds.mark(mark)))} ${button('Copy', some, () => deeds.copy())}`
}

function button(label: string, some: boolean, act: () => void, refusal = ''): TemplateResult {
  const enabled = some && refusal === ''
  return html`<button class="button" aria-disabled=${!enabled} title=${refusal} @click=${() => enabled && act()}>
    ${label}
  </button>`
}
