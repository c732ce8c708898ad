import { css } from 'lit'

/** Looks of the activity chart; the rules for `.u-…` are those of uPlot's own style sheet that the chart needs. */
export const chartStyles = css`
  :host {
    display: block;
    border-bottom: 1px solid var(--w-line);
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 2px 10px;
    min-height: 24px;
    padding: 0 12px 0 8px;
    color: var(--w-muted);
    font-size: 0.923em;
  }
  .bar button {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    min-height: 22px;
    padding: 0 6px;
    border: 1px solid transparent;
    border-radius: 3px;
    background: none;
  }
  .bar button:hover {
    background: var(--w-hover);
    color: var(--w-strong);
  }
  .bar button[aria-pressed='true'] {
    color: var(--w-strong);
    border-color: var(--w-line);
  }
  .bar .summary {
    flex: 1;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .stage {
    position: relative;
    margin: 0 12px;
  }
  .over {
    position: absolute;
    inset: 0;
    pointer-events: none;
  }
  .plot {
    position: relative;
    height: 72px;
    overflow: hidden;
    outline-offset: 1px;
  }
  .probe {
    position: absolute;
    visibility: hidden;
  }
  .probe.ended {
    color: color-mix(in srgb, var(--w-good) 75%, transparent);
  }
  .probe.failed {
    color: var(--w-bad);
  }
  .probe.text {
    color: var(--w-muted);
  }
  .probe.line {
    color: var(--w-line);
  }
  .uplot,
  .u-wrap {
    position: relative;
    user-select: none;
  }
  .u-over,
  .u-under {
    position: absolute;
  }
  .u-over {
    cursor: crosshair;
  }
  .u-under {
    overflow: hidden;
  }
  canvas {
    display: block;
    position: relative;
    width: 100%;
    height: 100%;
  }
  .u-axis {
    position: absolute;
  }
  .u-select {
    position: absolute;
    pointer-events: none;
    background: color-mix(in srgb, var(--w-focus) 22%, transparent);
    border-inline: 1px solid var(--w-focus);
  }
  .u-cursor-x {
    position: absolute;
    top: 0;
    left: 0;
    height: 100%;
    border-inline-end: 1px dashed var(--w-muted);
    pointer-events: none;
  }
  .u-off,
  .u-legend,
  .u-cursor-pt,
  .u-cursor-y {
    display: none;
  }
  @media (max-height: 460px) {
    .stage,
    .mark-list,
    .bar .marks-button,
    .bar .fold,
    .bar .span {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .bar button[aria-pressed='true'] {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    .probe {
      forced-color-adjust: none;
    }
    .probe.ended {
      color: GrayText;
    }
    .probe.failed {
      color: Highlight;
    }
    .probe.text,
    .probe.line {
      color: CanvasText;
    }
  }
`
