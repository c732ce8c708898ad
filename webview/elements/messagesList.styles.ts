import { css } from 'lit'

/** Looks of the list of messages: those of the task list, for as many rows as one look brings. */
export const messagesListStyles = css`
  :host {
    display: block;
    position: relative;
    container: rows / inline-size;
  }
  .scroller {
    position: absolute;
    inset: 0;
    overflow: auto;
    outline: none;
  }
  .row {
    display: grid;
    grid-template-columns: var(--columns);
    column-gap: 12px;
    align-items: center;
    height: 24px;
    padding: 0 10px 0 4px;
    line-height: 22px;
    white-space: nowrap;
    border: 1px solid transparent;
    border-width: 1px 0;
    cursor: default;
    --columns: 20px 40px minmax(120px, 2fr) minmax(120px, 3fr) minmax(80px, 1fr) 84px 84px 48px 48px 60px 62px 58px;
  }
  .heading .cell {
    color: inherit;
  }
  .heading {
    position: sticky;
    top: 0;
    z-index: 1;
    background: var(--w-background);
    color: var(--w-muted);
    font-size: 0.923em;
    box-shadow: inset 0 -1px var(--w-line);
  }
  .cell {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    unicode-bidi: isolate;
    color: var(--w-muted);
  }
  .name {
    display: flex;
    color: var(--w-strong);
  }
  .module {
    flex: 0 1000000 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--w-muted);
    direction: rtl;
    text-align: left;
  }
  .function {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .kind {
    font-style: italic;
    color: var(--w-muted);
  }
  .numbers {
    text-align: end;
  }
  .marks {
    display: flex;
    align-items: center;
    gap: 6px;
    overflow: visible;
  }
  .mark {
    display: inline-flex;
    align-items: center;
    gap: 2px;
  }
  .check {
    display: grid;
    place-items: center;
    width: 20px;
    height: 100%;
    color: var(--w-muted);
    cursor: pointer;
  }
  .chosen .check {
    color: var(--w-strong);
  }
  .rows .row:hover {
    background: var(--w-hover);
  }
  .rows .row.chosen,
  .rows .row.cursor {
    background: var(--w-resting);
  }
  .row:is(.chosen, .cursor) :is(.cell, .module) {
    color: var(--w-strong);
  }
  .scroller:focus .row.cursor {
    background: var(--w-selected);
    color: var(--w-selected-text);
    border-color: var(--w-focus);
    box-shadow:
      inset 1px 0 var(--w-focus),
      inset -1px 0 var(--w-focus);
  }
  .scroller:focus .row.cursor :is(.cell, .module, .kind, .check, .icon) {
    color: inherit;
  }
  .row.gone {
    opacity: 0.6;
    text-decoration: line-through;
  }
  @container rows (max-width: 1000px) {
    .row {
      --columns: 20px 40px minmax(120px, 2fr) minmax(120px, 3fr) 76px 48px 56px 60px 52px;
    }
    .id,
    .expires,
    .priority {
      display: none;
    }
  }
  @container rows (max-width: 780px) {
    .module {
      display: none;
    }
  }
  @container rows (max-width: 700px) {
    .row {
      --columns: 20px 44px minmax(100px, 2fr) minmax(80px, 2fr) 60px 58px;
    }
    .eta,
    .retries,
    .size {
      display: none;
    }
  }
  @container rows (max-width: 420px) {
    .row {
      --columns: 20px 36px minmax(80px, 1fr) 50px;
      column-gap: 8px;
    }
    .args,
    .age {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .row {
      border-color: Canvas;
    }
    .rows .row:is(.chosen, .cursor) {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
    .row:is(.chosen, .cursor) :is(.cell, .module, .icon) {
      color: inherit;
    }
  }
  :host-context(body.vscode-high-contrast) .row:is(.chosen, .cursor),
  :host-context(body.vscode-high-contrast-light) .row:is(.chosen, .cursor) {
    outline: 1px solid var(--vscode-contrastActiveBorder, var(--w-focus));
    outline-offset: -1px;
  }
`
