import { css } from 'lit'

/** Looks of a workflow: a bar that says how it stands, and the graph below it. */
export const workflowStyles = css`
  :host {
    display: block;
    margin: -2px 0 12px;
    padding-bottom: 10px;
    border-bottom: 1px solid var(--w-line);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 6px;
    min-height: 26px;
    padding-inline-end: 32px;
  }
  .toggle {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 1px 6px 1px 0;
    border: 0;
    background: none;
    font-weight: 600;
    color: var(--w-strong);
  }
  .summary {
    flex: 1 1 0;
    min-width: 0;
    color: var(--w-muted);
  }
  .view {
    position: relative;
    max-height: min(22em, 42vh);
    margin-top: 6px;
    overflow: auto;
    border: 1px solid var(--w-line);
    border-radius: 4px;
    background: var(--w-background);
    cursor: grab;
  }
  .view.moving {
    cursor: grabbing;
    user-select: none;
  }
  .graph {
    position: relative;
    min-width: 100%;
  }
  svg {
    position: absolute;
    inset: 0 auto auto 0;
    fill: none;
    stroke: color-mix(in srgb, var(--w-foreground) 55%, transparent);
    stroke-width: 0.1;
    pointer-events: none;
  }
  .awaited,
  .joined {
    stroke-dasharray: 0.4 0.3;
  }
  .retried {
    stroke: var(--w-again);
  }
  .tip {
    fill: color-mix(in srgb, var(--w-foreground) 55%, transparent);
    stroke: none;
  }
  .node {
    position: absolute;
    display: flex;
    align-items: center;
    gap: 0.5em;
    padding: 0 0.6em;
    border: 1px solid currentcolor;
    border-inline-start-width: 0.3em;
    border-radius: 4px;
    background: var(--w-raised);
    cursor: pointer;
  }
  .node:hover {
    background: var(--w-hover);
  }
  .node.group {
    box-shadow:
      2px 2px 0 -1px var(--w-background),
      3px 3px 0 -1px currentcolor;
  }
  .node.unseen {
    border-style: dashed;
  }
  .node.current {
    background: var(--w-selected);
    outline: 2px solid var(--w-focus);
    outline-offset: 1px;
  }
  .node.current .name,
  .node.current .line {
    color: var(--w-selected-text);
  }
  .node:focus-visible {
    outline: 2px solid var(--w-focus);
    outline-offset: 3px;
  }
  .node .icon {
    font-size: 1.2em;
  }
  .words {
    flex: 1;
    min-width: 0;
    line-height: 1.3;
  }
  .name,
  .line {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: isolate;
  }
  .name {
    color: var(--w-strong);
  }
  .line {
    font-size: 0.86em;
    color: var(--w-foreground);
  }
  .group .name,
  .group .line {
    line-height: 1.15;
  }
  .count {
    font-weight: 600;
    color: var(--w-strong);
  }
  .bar {
    display: flex;
    height: 0.3em;
    margin: 0.15em 0;
    border-radius: 2px;
    background: var(--w-track);
    overflow: hidden;
  }
  .part {
    min-width: 2px;
    background: currentcolor;
  }
  .note + .button {
    margin-top: 6px;
  }
  .note {
    margin: 6px 0 0;
    color: var(--w-muted);
  }
  @media (forced-colors: active) {
    .node.current {
      outline-color: Highlight;
    }
    .part {
      background: CanvasText;
    }
    svg {
      stroke: CanvasText;
    }
    .tip {
      fill: CanvasText;
    }
  }
`
