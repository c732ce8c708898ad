import uPlot from 'uplot'
import type { Timeline } from '../../broker-bridge/protocol/index.ts'
import type { TimeRange } from '../feed/timeRange.ts'
import { formatClock } from '../text/times.ts'

/** Colours as a canvas takes them. */
export interface PlotColors {
  readonly ended: string
  readonly failed: string
  readonly text: string
  readonly line: string
}

/** What a plot asks and tells. */
export interface PlotOwner {
  /** Read anew at each drawing, so that a change of theme needs no other plot. */
  readonly colors: () => PlotColors
  readonly font: () => string
  /** The user has dragged over this; epoch seconds. */
  readonly chosen: (from: number, to: number) => void
}

const axisHeight = 18
const countsWidth = 44
const [paddingTop, paddingRight] = [6, 14]

/** Where the bars stand within the element, as custom properties for what lies over them. */
export const plotMargins = {
  '--plot-start': `${countsWidth}px`,
  '--plot-end': `${paddingRight}px`,
  '--plot-foot': `${axisHeight}px`,
}

/** The time a chart shows: its stretches, up to now. */
export function shownTime({ from, step, ended }: Timeline, now: number): { from: number; to: number } {
  const length = step * ended.length
  const to = Math.max(from + length, Math.ceil(now / step) * step)
  return { from: to - length, to }
}

/** Bars over time, failures in front: uPlot, told what to draw. */
export class ChartPlot {
  readonly #plot: uPlot
  #timeline: Timeline
  #range: TimeRange | null = null

  constructor(place: HTMLElement, owner: PlotOwner, timeline: Timeline) {
    this.#timeline = timeline
    this.#plot = new uPlot(
      optionsOf(owner, () => this.#select(owner)),
      dataOf(timeline),
      place,
    )
    this.resize(place.clientWidth, place.clientHeight)
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.#plot.setSize({ width, height })
    this.#mark()
  }

  /** Draws these counts up to now; the range that is searched for is marked. */
  show(timeline: Timeline, now: number, range: TimeRange | null): void {
    this.#timeline = timeline
    this.#range = range
    this.#plot.setData(dataOf(timeline), false)
    const { from, to } = shownTime(timeline, now)
    this.#plot.batch(() => {
      this.#plot.setScale('x', { min: from, max: to })
      this.#plot.setScale('y', { min: 0, max: Math.max(4, ...timeline.ended) })
    })
    this.#mark()
  }

  redraw(): void {
    this.#plot.redraw(false, true)
  }

  dispose(): void {
    this.#plot.destroy()
  }

  #mark(): void {
    const { min, max } = this.#plot.scales['x'] ?? {}
    if (this.#range === null || min === undefined || max === undefined) return this.#plot.setSelect(nothing, false)
    const place = (at: number): number => this.#plot.valToPos(Math.min(max, Math.max(min, at)), 'x')
    const [left, right] = [place(this.#range.from ?? min), place(this.#range.to ?? max)]
    this.#plot.setSelect({ left, top: 0, width: Math.max(0, right - left), height: this.#plot.over.clientHeight }, false)
  }

  /** Whole stretches, because nothing finer is drawn. */
  #select(owner: PlotOwner): void {
    const { left, width } = this.#plot.select
    if (width < 2) return
    const { step } = this.#timeline
    const [from, to] = [this.#plot.posToVal(left, 'x'), this.#plot.posToVal(left + width, 'x')]
    owner.chosen(Math.floor(from / step) * step, Math.ceil(to / step) * step)
  }
}

const nothing = { left: 0, top: 0, width: 0, height: 0 }

function formatMinute(at: number): string {
  return formatClock(at).slice(0, 5)
}

function dataOf({ from, step, ended, failed }: Timeline): uPlot.AlignedData {
  // A bar stands in the middle of its stretch.
  return [ended.map((_, place) => from + (place + 0.5) * step), [...ended], [...failed]]
}

function optionsOf({ colors, font }: PlotOwner, selected: () => void): uPlot.Options {
  const paths = uPlot.paths.bars?.({ size: [0.8, 40] })
  const bars = (color: 'ended' | 'failed'): uPlot.Series => ({
    ...(paths ? { paths } : {}),
    fill: () => colors()[color],
    stroke: () => colors()[color],
    width: 0,
    points: { show: false },
  })
  const axis: uPlot.Axis = {
    stroke: () => colors().text,
    font: font(),
    ticks: { show: false },
    // Dashed, because in high contrast lines and frames have one strong colour.
    grid: { stroke: () => colors().line, width: 1, dash: [2, 4] },
  }
  return {
    ...{ width: 300, height: 72, legend: { show: false }, padding: [paddingTop, paddingRight, 0, 0] },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: { x: { time: true, auto: false }, y: { auto: false } },
    series: [{}, bars('ended'), bars('failed')],
    axes: [
      { ...axis, size: axisHeight, gap: 2, grid: { show: false }, values: (_plot, moments) => moments.map(formatMinute) },
      { ...axis, size: countsWidth, gap: 4, space: 22 },
    ],
    hooks: { setSelect: [selected] },
  }
}
