import type { ViewSnapshot } from '../../broker-bridge/protocol/index.ts'

/** Height of one row in pixels; the style sheet has the same. */
export const rowHeight = 24

/**
 * Tallest element, in pixels. Browsers cap it, Firefox at some 17.8 million and Chromium at 33.5 million, both divided by the
 * page's zoom. More rows than fit are scaled into it.
 */
export const tallest = 8_000_000

/** How many rows the list has. */
export function rowCount(snapshot: ViewSnapshot | null): number {
  return Math.max(snapshot?.matched ?? 0, 0)
}

/** The rows to ask for around those in sight: a margin for scrolling, in coarse steps so that a small scroll asks for nothing new. */
export function rowsToAsk(firstInSight: number, lastInSight: number): { first: number; count: number } {
  const step = 20
  const first = Math.max(0, Math.floor((firstInSight - step) / step) * step)
  const last = Math.ceil((lastInSight + step) / step) * step
  return { first, count: Math.min(500, Math.max(step, last - first)) }
}

/**
 * Any number of rows behind one scroll bar. `top` is where the list stands among its rows, in true pixels; `scroll` is where its
 * element stands. While all rows fit they are the same. Else small steps, of a wheel or a key, move both alike, large ones, of
 * the bar, are scaled, and once scrolling rests `settle` brings the element back to its share of the way.
 */
export class RowSpace {
  #count = 0
  #view = 0
  #top = 0
  #scroll = 0

  get top(): number {
    return this.#top
  }

  get scroll(): number {
    return this.#scroll
  }

  /** Height of the element that holds the rows. */
  get height(): number {
    return Math.min(this.#count * rowHeight, tallest)
  }

  /** @param view height of the part in sight, in pixels */
  resize(count: number, view: number): void {
    this.#count = count
    this.#view = view
    this.#top = Math.min(this.#top, this.#most)
  }

  /** The user has scrolled the element. */
  scrolledTo(scroll: number): void {
    const step = scroll - this.#scroll
    this.#scroll = scroll
    if (scroll <= 0) this.#top = 0
    else if (scroll >= this.#mostScroll - 1) this.#top = this.#most
    else if (!this.#isScaled) this.#top = scroll
    else this.#top = Math.abs(step) <= 3 * this.#view ? this.#within(this.#top + step) : scroll / this.#scale
  }

  /** Where the element came to stand: a browser rounds, or has no room yet for rows that just came. */
  scrollIs(scroll: number): void {
    this.#scroll = scroll
  }

  /** Stands there. @returns where the element has to be scrolled to */
  moveTo(top: number): number {
    this.#top = this.#within(top)
    return this.settle()
  }

  /** Brings a row into sight with the shortest way. @returns where the element has to be scrolled to */
  reveal(index: number): number {
    const [above, below] = [index * rowHeight, (index + 1) * rowHeight - this.#view]
    if (above < this.#top) return this.moveTo(above)
    return below > this.#top ? this.moveTo(below) : this.#scroll
  }

  /** @returns where the element has to be scrolled to, so that the bar shows where the list stands */
  settle(): number {
    this.#scroll = this.#isScaled ? this.#top * this.#scale : this.#top
    return this.#scroll
  }

  /** Where a row has to be drawn within the element. */
  placeOf(index: number): number {
    return index * rowHeight - this.#top + this.#scroll
  }

  /** The rows in sight and so many around them; `last` is below `first` where there are none. */
  inSight(around: number): { first: number; last: number } {
    const first = Math.max(0, Math.floor(this.#top / rowHeight) - around)
    const last = Math.ceil((this.#top + this.#view) / rowHeight) - 1 + around
    return { first, last: Math.min(this.#count - 1, last) }
  }

  get #isScaled(): boolean {
    return this.#count * rowHeight > tallest
  }

  get #most(): number {
    return Math.max(0, this.#count * rowHeight - this.#view)
  }

  get #mostScroll(): number {
    return Math.max(0, this.height - this.#view)
  }

  get #scale(): number {
    return this.#mostScroll / this.#most
  }

  #within(top: number): number {
    return Math.min(this.#most, Math.max(0, top))
  }
}
