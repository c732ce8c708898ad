import { css } from 'lit'

/** Looks of the list of queues, its bar and its pane. */
export const queuesStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
    container: queues / inline-size;
    --columns: minmax(190px, 3fr) 66px 74px 124px 74px 86px 74px 74px 70px minmax(70px, 1fr) minmax(90px, 1.4fr) 108px;
    --least: 1130px;
  }
  :host([several]) {
    --columns: minmax(190px, 3fr) minmax(90px, 1fr) 66px 74px 124px 74px 86px 74px 74px 70px minmax(70px, 1fr) minmax(90px, 1.4fr)
      108px;
    --least: 1230px;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 10px;
    align-items: center;
    padding: 8px 12px;
  }
  .bar input {
    flex: 0 1 240px;
  }
  .bar .room {
    flex: 1;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 5px;
    min-height: 24px;
    padding: 1px 9px;
    border: 1px solid var(--w-line);
    border-radius: 12px;
    background: none;
    white-space: nowrap;
  }
  .chip:hover {
    background: var(--w-hover);
  }
  .chip[aria-pressed='true'] {
    background: var(--w-selected, var(--w-second));
    border-color: var(--w-focus);
  }
  .limits {
    margin: 0;
    padding: 2px 12px 6px;
    color: var(--w-muted);
    max-width: 110ch;
  }
  .body {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  .scroller {
    flex: 1;
    min-width: 0;
    overflow: auto;
    overflow-anchor: none;
    outline: none;
  }
  .row {
    display: grid;
    grid-template-columns: var(--columns);
    column-gap: 12px;
    align-items: center;
    height: 26px;
    min-width: var(--least);
    padding: 0 12px;
    white-space: nowrap;
    cursor: default;
  }
  .head {
    position: sticky;
    top: 0;
    z-index: 1;
    background: var(--w-background);
    color: var(--w-muted);
    box-shadow: inset 0 -1px var(--w-line);
    font-size: 0.923em;
  }
  .head button {
    width: 100%;
    padding: 0;
    border: 0;
    background: none;
    text-align: inherit;
    white-space: nowrap;
  }
  .head button:hover {
    color: var(--w-foreground);
  }
  .spacer {
    position: relative;
    min-width: var(--least);
  }
  .spacer .row {
    position: absolute;
    left: 0;
    right: 0;
    border-bottom: 1px solid color-mix(in srgb, var(--w-line) 45%, transparent);
  }
  .spacer .row:hover {
    background: var(--w-hover);
  }
  .row.chosen {
    background: var(--w-selected, var(--w-hover));
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
    outline-offset: -1px;
  }
  .row:focus-visible {
    outline: 1px solid var(--w-focus);
    outline-offset: -1px;
  }
  .cell {
    overflow: hidden;
    text-overflow: ellipsis;
    unicode-bidi: isolate;
  }
  .name {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--w-strong);
  }
  .name > span:first-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: pre;
  }
  .end {
    text-align: end;
  }
  .warned {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 3px;
    color: var(--w-again);
    font-size: 0.9em;
  }
  .trend {
    overflow: hidden;
    --bar: var(--w-running);
  }
  .quiet {
    padding: 24px 16px;
    color: var(--w-muted);
  }
  warren-queue-detail {
    flex: 0 0 min(440px, 46%);
    min-width: 0;
    border-inline-start: 1px solid var(--w-line);
  }
  @container (max-width: 760px) {
    .body {
      flex-direction: column;
    }
    warren-queue-detail {
      flex: 0 0 55%;
      border-inline-start: 0;
      border-block-start: 1px solid var(--w-line);
    }
  }
`
