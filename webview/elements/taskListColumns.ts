import type { TaskColumn } from '../../broker-bridge/protocol/index.ts'
import { columnTracks } from '../feed/columns.ts'
import type { ChosenColumn } from '../feed/columns.ts'
import type { ListScroll } from './taskListScroll.ts'
import type { TaskList } from './taskList.ts'

const widestFit = 900
/** What stands beside the columns: the padding of a row. */
const beside = 40

/** Hands the columns to heading and rows, and lets the list scroll sideways where there is no room for them. */
export function layOut(list: TaskList, columns: readonly ChosenColumn[], { width, barWidth }: ListScroll): void {
  const gap = width <= 520 ? 8 : 12
  const { template, least } = columnTracks(columns, width)
  const needed = least + gap * (columns.length - 1) + beside
  const styles = { '--columns': template, '--gap': `${gap}px`, '--row-width': `${needed}px`, '--bar-width': `${barWidth}px` }
  for (const [name, value] of Object.entries(styles)) list.style.setProperty(name, value)
  list.renderRoot.querySelector('.scroller')?.classList.toggle('wide', needed > width)
}

/** Pixels a column needs for what its rows in sight show, and for its heading. */
export function fittingWidth(list: TaskList, columns: readonly ChosenColumn[], column: TaskColumn): number {
  const template = list.style.getPropertyValue('--columns')
  const tracks = columns.map(({ id }) => (id === column ? 'max-content' : '0px')).join(' ')
  list.style.setProperty('--columns', tracks)
  const heading = list.renderRoot.querySelector('warren-columns-heading')?.renderRoot.querySelector(`#column-${column}`)
  const cells = [...list.renderRoot.querySelectorAll(`.window .cell.${column}`), ...(heading ? [heading] : [])]
  const widths = cells.map((cell) => Math.ceil(cell.getBoundingClientRect().width))
  list.style.setProperty('--columns', template)
  return Math.min(widestFit, Math.max(0, ...widths) + 1)
}
