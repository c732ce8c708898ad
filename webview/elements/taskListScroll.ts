import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { RowSpace, rowHeight } from '../feed/rowSpace.ts'

/** Milliseconds without scrolling after which the element is brought to its share of the way. */
const restMilliseconds = 150

/** The scroll bar of the list, whatever the number of its rows. */
export class ListScroll implements ReactiveController {
  readonly space = new RowSpace()
  /** Pixels of the list without its scroll bars, the heading left out; 0 until it was measured. */
  height = 0
  width = 0
  /** Pixels the vertical scroll bar takes. */
  barWidth = 0
  readonly #host: ReactiveControllerHost
  readonly #element: () => HTMLElement | null
  readonly #size = new ResizeObserver(() => this.#measure())
  #count = 0
  #rest: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost, element: () => HTMLElement | null) {
    this.#host = host
    this.#element = element
    host.addController(this)
  }

  set count(count: number) {
    this.#count = count
    this.space.resize(count, this.height)
  }

  hostUpdated(): void {
    const element = this.#element()
    if (element) this.#size.observe(element)
  }

  hostDisconnected(): void {
    this.#size.disconnect()
    clearTimeout(this.#rest)
  }

  /** The user has scrolled. */
  follow(): void {
    const element = this.#element()
    if (!element) return
    this.space.scrolledTo(element.scrollTop)
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.#apply(this.space.settle()), restMilliseconds)
    this.#host.requestUpdate()
  }

  moveTo(top: number): void {
    this.#apply(this.space.moveTo(top))
  }

  reveal(index: number): void {
    this.#apply(this.space.reveal(index))
  }

  #apply(scroll: number): void {
    const element = this.#element()
    if (!element) return
    if (Math.abs(element.scrollTop - scroll) >= 1) element.scrollTop = scroll
    // Browsers round; what they made of it is no step of the user's.
    this.space.scrollIs(element.scrollTop)
    this.#host.requestUpdate()
  }

  #measure(): void {
    const element = this.#element()
    if (!element) return
    this.height = Math.max(0, element.clientHeight - rowHeight)
    this.width = element.clientWidth
    this.barWidth = element.offsetWidth - element.clientWidth
    this.space.resize(this.#count, this.height)
    this.#host.requestUpdate()
  }
}
