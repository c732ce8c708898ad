import { css } from 'lit'

/** Looks of the list. The columns are one grid template for the heading and all rows, which the list sets. */
export const taskListStyles = css`
  :host {
    position: relative;
    display: block;
    min-width: 0;
    min-height: 0;
    container: list / inline-size;
    --end: 30px;
  }
  .scroller {
    position: absolute;
    inset: 0;
    overflow: hidden auto;
    scrollbar-gutter: stable;
    overflow-anchor: none;
    outline: none;
    contain: strict;
  }
  .scroller.wide {
    overflow-x: auto;
  }
  .row {
    display: grid;
    grid-template-columns: var(--columns);
    align-items: center;
    height: 24px;
    min-width: var(--row-width);
    padding: 0 var(--end) 0 10px;
    column-gap: var(--gap);
    line-height: 22px;
    white-space: nowrap;
    border: 1px solid transparent;
    border-width: 1px 0;
    cursor: default;
    contain: layout style;
  }
  warren-columns-menu {
    position: absolute;
    top: 0;
    right: var(--bar-width, 0);
    z-index: 2;
  }
  .window {
    position: absolute;
    top: 0;
    left: 0;
    right: 0;
  }
  .spacer {
    position: relative;
    min-width: var(--row-width);
    contain: layout size style;
  }
  .cell {
    overflow: hidden;
    text-overflow: ellipsis;
    unicode-bidi: isolate;
  }
  .state {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .word {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .orphan,
  .kept {
    display: inline-flex;
    flex: none;
  }
  .kept {
    color: var(--w-muted);
  }
  .name {
    display: flex;
    min-width: 0;
    color: var(--w-strong);
  }
  .module {
    flex: 0 1000000 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--w-muted);
    /* Cut at its beginning: what is near the function tells modules apart. */
    direction: rtl;
    text-align: left;
  }
  .function {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .nameless {
    font-style: italic;
  }
  .args {
    display: flex;
    gap: 10px;
    color: var(--w-muted);
  }
  .given {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .exception {
    flex: 1 1000 auto;
    min-width: 50%;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--w-bad-text);
  }
  .given:empty + .exception {
    min-width: 100%;
  }
  .worker,
  .queue,
  .at,
  .runtime,
  .sent,
  .received,
  .started,
  .ended,
  .waited,
  .id,
  .root,
  .exchange,
  .routing_key,
  .connection {
    color: var(--w-muted);
  }
  .numbers {
    text-align: end;
  }
  .progress {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 6px;
  }
  .bar {
    width: 32px;
    height: 4px;
    border-radius: 2px;
    background: var(--w-track);
    outline: 1px solid var(--vscode-contrastBorder, transparent);
    overflow: hidden;
  }
  .done {
    display: block;
    height: 100%;
    background: var(--w-running);
  }
  .row.waiting .cell::before {
    content: '';
    display: block;
    width: 60px;
    height: 8px;
    border-radius: 4px;
    background: var(--w-hover);
  }
  .window .row:hover {
    background: var(--w-hover);
  }
  .window .row.selected {
    background: var(--w-resting);
  }
  .window .row.shown::before {
    content: '';
    position: absolute;
    inset: 0 auto 0 0;
    width: 3px;
    background: var(--w-focus);
  }
  .scroller:focus .row.selected {
    background: var(--w-selected);
    color: var(--w-selected-text);
  }
  .scroller:focus .row.selected .cell,
  .scroller:focus .row.selected .module,
  .scroller:focus .row.selected .exception {
    color: inherit;
  }
  .scroller:focus .row.cursor {
    border-color: var(--w-focus);
    box-shadow:
      inset 1px 0 var(--w-focus),
      inset -1px 0 var(--w-focus);
  }
  .scroller:focus-visible:not(.has-cursor) {
    outline: 1px solid var(--w-focus);
    outline-offset: -1px;
  }
  .newer {
    position: absolute;
    top: 32px;
    left: 50%;
    translate: -50% 0;
    z-index: 2;
    min-height: 24px;
    border-radius: 13px;
    border-color: var(--vscode-contrastBorder, transparent);
    box-shadow: 0 2px 8px var(--w-shadow);
  }
  .counting {
    position: absolute;
    inset-block-end: 10px;
    inset-inline-end: 18px;
    z-index: 2;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px;
    border: 1px solid var(--w-line);
    border-radius: 12px;
    background: var(--w-background);
    color: var(--w-strong);
  }
  @container list (max-width: 640px) {
    .module {
      display: none;
    }
  }
  @container list (max-width: 360px) {
    .word {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
  @media (forced-colors: active) {
    .window .row {
      border-color: Canvas;
    }
    .window .row.selected,
    .scroller:focus .row.selected {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    .row.selected .icon {
      color: inherit;
    }
    .scroller:focus .row.cursor {
      outline: 2px solid CanvasText;
      outline-offset: -2px;
    }
    .window .row.shown::before {
      background: CanvasText;
      forced-color-adjust: none;
    }
    .done {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
  :host-context(body.vscode-high-contrast) .row.selected,
  :host-context(body.vscode-high-contrast-light) .row.selected {
    outline: 1px solid var(--vscode-contrastActiveBorder, var(--w-focus));
    outline-offset: -1px;
  }
  :host-context(body.vscode-high-contrast) .scroller:focus .row.cursor,
  :host-context(body.vscode-high-contrast-light) .scroller:focus .row.cursor {
    outline-width: 2px;
  }
  :host-context(body.vscode-high-contrast) .row:hover,
  :host-context(body.vscode-high-contrast-light) .row:hover {
    outline: 1px dashed var(--vscode-contrastActiveBorder, var(--w-focus));
    outline-offset: -1px;
  }
`
