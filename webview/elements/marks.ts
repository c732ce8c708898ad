import { css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Mark } from '../../broker-bridge/protocol/index.ts'
import type { PlacedMarks } from '../feed/marks.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { formatMoment } from '../text/times.ts'

const looks: Readonly<Record<Mark['kind'], { readonly icon: IconName; readonly name: string }>> = {
  deploy: { icon: 'rocket', name: 'Deploy' },
  commit: { icon: 'git-commit', name: 'Commit' },
}
/** Lines of a tooltip. */
const mostLines = 12

/** Lines over the chart; what they mean can be read in the list, so they say nothing to screen readers. */
export function markLines(placed: readonly PlacedMarks[]): TemplateResult {
  return html`<div class="marks" aria-hidden="true">
    ${placed.map(({ fraction, marks }) => {
      const kind = marks.some((mark) => mark.kind === 'deploy') ? 'deploy' : 'commit'
      return html`<span class="mark ${kind}" ${place({ left: `${fraction * 100}%` })}
        ><span class="flag" title=${tooltip(marks)}>${icon(looks[kind].icon, 'small')}</span></span
      >`
    })}
  </div>`
}

/** The same as a list. @param since shows the tasks from a mark on @param remove asks whether one of a deploy shall go */
export function markList(
  marks: readonly Mark[],
  { since, remove }: { readonly since: (mark: Mark) => void; readonly remove: (mark: Mark) => void },
): TemplateResult {
  return html`<ul class="mark-list" aria-label="Deploys and commits in this time">
    ${marks.toReversed().map(
      (mark) =>
        html`<li>
          ${icon(looks[mark.kind].icon, 'small')}
          <span class="numbers">${formatMoment(mark.at).slice(0, 19)}</span>
          <span class="text" title=${visibleLine(mark.text)}
            ><span class="sr">${looks[mark.kind].name}: </span>${visibleLine(mark.text)}</span
          >
          <button class="link" aria-label="Show the tasks since ${visibleLine(mark.text, 80)}" @click=${() => since(mark)}>
            Tasks since then
          </button>
          ${
            mark.kind === 'deploy'
              ? html`<button
                  class="tool"
                  title="Remove this mark…"
                  aria-label="Remove the mark ${visibleLine(mark.text, 80)}…"
                  @click=${() => remove(mark)}
                >
                  ${icon('trash', 'small')}
                </button>`
              : html`<span class="no-tool"></span>`
          }
        </li>`,
    )}
  </ul>`
}

function tooltip(marks: readonly Mark[]): string {
  const lines = marks
    .slice(0, mostLines)
    .map(({ kind, text, at }) => `${formatMoment(at).slice(0, 19)}  ${looks[kind].name}: ${visibleLine(text)}`)
  return [...lines, ...(marks.length > mostLines ? [`… and ${marks.length - mostLines} more`] : [])].join('\n')
}

/** The button that opens the list. */
export function marksButton(count: number, open: boolean, toggle: () => void): TemplateResult | typeof nothing {
  if (count === 0) return nothing
  return html`<button
    class="marks-button numbers"
    aria-expanded=${open}
    title="Deploys and commits in this time"
    @click=${toggle}
  >
    ${icon('rocket', 'small')} ${count} ${count === 1 ? 'mark' : 'marks'}
  </button>`
}

/** Looks of lines and list. The lines lie over the plot without its axis: `--plot-start`, `--plot-end` and `--plot-foot` say where. */
export const markStyles = css`
  .marks {
    position: absolute;
    inset: 0 var(--plot-end) var(--plot-foot) var(--plot-start);
    pointer-events: none;
  }
  .mark {
    position: absolute;
    top: 0;
    bottom: 0;
    width: 0;
    border-inline-start: 1px dashed var(--mark);
    --mark: var(--w-muted);
  }
  .mark.deploy {
    border-inline-start: 2px solid var(--mark);
    --mark: var(--w-focus);
  }
  .flag {
    position: absolute;
    top: 0;
    left: -9px;
    display: grid;
    place-items: center;
    width: 18px;
    height: 16px;
    border-radius: 3px;
    background: var(--w-background);
    color: var(--mark);
    pointer-events: auto;
    cursor: help;
  }
  .mark-list {
    max-height: 132px;
    margin: 4px 12px 6px;
    padding: 4px 0;
    border-block-start: 1px solid var(--w-line);
    overflow: auto;
    list-style: none;
  }
  .mark-list li {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 24px;
  }
  .mark-list .numbers {
    color: var(--w-muted);
    white-space: nowrap;
  }
  .mark-list .text {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: isolate;
  }
  .mark-list .link {
    margin-inline-start: auto;
    white-space: nowrap;
  }
  .mark-list .no-tool {
    flex: none;
    width: 24px;
  }
  @media (forced-colors: active) {
    .mark,
    .mark.deploy {
      --mark: CanvasText;
    }
  }
`
