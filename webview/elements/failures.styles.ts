import { css } from 'lit'

/** Looks of the failure inbox. */
export const failuresStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    container: inbox / inline-size;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    min-height: 41px;
    padding: 6px 12px;
    border-bottom: 1px solid var(--w-line);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 24px;
    padding: 0 10px;
    border: 1px solid var(--w-line);
    border-radius: 12px;
    background: none;
    color: var(--w-muted);
  }
  .chip:hover {
    background: var(--w-hover);
  }
  .chip[aria-pressed='true'] {
    background: var(--w-resting);
    border-color: var(--w-focus);
    color: var(--w-strong);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    margin-inline-start: auto;
  }
  .actions .told {
    margin-inline-end: 6px;
    color: var(--w-muted);
  }
  .list {
    flex: 1;
    min-height: 0;
    overflow: hidden auto;
  }
  [role='listbox'] {
    outline: none;
  }
  .group {
    display: grid;
    grid-template-columns: 20px minmax(200px, 2.2fr) minmax(140px, 1.2fr) 95px 64px 84px;
    column-gap: 14px;
    align-items: center;
    padding: 6px 12px 6px 10px;
    border: 1px solid transparent;
    border-bottom-color: color-mix(in srgb, var(--w-line) 55%, transparent);
    cursor: default;
  }
  .group:hover {
    background: var(--w-hover);
  }
  .group.cursor,
  .group.chosen {
    background: var(--w-resting);
  }
  .group.cursor :is(.place, .muted),
  .group.chosen :is(.place, .muted) {
    color: inherit;
  }
  [role='listbox']:focus .group.cursor {
    border-color: var(--w-focus);
  }
  .check {
    display: grid;
    place-items: center;
    width: 20px;
    height: 100%;
    color: var(--w-muted);
    cursor: pointer;
    opacity: 0.6;
  }
  .chosen .check {
    color: var(--w-strong);
    opacity: 1;
  }
  .what,
  .whom,
  .when {
    display: grid;
    gap: 1px;
    min-width: 0;
  }
  .title {
    display: flex;
    align-items: baseline;
    gap: 8px;
    min-width: 0;
  }
  .type {
    flex: 0 1 auto;
    color: var(--w-strong);
    font-weight: 600;
  }
  .place {
    flex: 0 1000000 auto;
    color: var(--w-muted);
  }
  .type,
  .place,
  .said,
  .line {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: isolate;
  }
  .said {
    color: var(--w-bad-text);
  }
  .mark-resolved .said,
  .mark-resolved .type {
    color: var(--w-muted);
  }
  .mark {
    flex: none;
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 0 7px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 9px;
    background: var(--w-badge);
    color: var(--w-badge-text);
    font-size: 0.85em;
    line-height: 16px;
  }
  .mark .icon {
    font-size: 12px;
  }
  .mark.quiet {
    border-color: var(--w-line);
    background: none;
    color: var(--w-muted);
  }
  .mark.back {
    border-color: var(--w-warning-line);
    background: var(--w-warning-back);
    color: var(--w-strong);
  }
  .count {
    text-align: end;
    color: var(--w-strong);
    font-size: 1.15em;
  }
  .when {
    text-align: end;
    white-space: nowrap;
  }
  svg {
    display: block;
  }
  .some {
    fill: var(--w-bad);
  }
  .mark-resolved .some {
    fill: var(--w-muted);
  }
  .none {
    fill: var(--w-track);
  }
  .limits {
    padding: 8px 12px;
    color: var(--w-muted);
  }
  .whole {
    display: grid;
    flex: 1;
    place-content: center;
    justify-items: center;
    padding: 24px;
    text-align: center;
    color: var(--w-muted);
  }
  .whole .icon {
    font-size: 32px;
    opacity: 0.8;
  }
  .whole h2 {
    margin: 12px 0 4px;
    color: var(--w-strong);
    font-size: 1.15em;
    font-weight: 600;
  }
  .whole p {
    max-width: 46ch;
    margin: 0;
    text-wrap: balance;
  }
  @container inbox (max-width: 800px) {
    .group {
      grid-template-columns: 20px minmax(0, 1fr) 95px 56px 76px;
    }
    .whom {
      grid-column: 2 / -1;
      grid-row: 2;
    }
  }
  @container inbox (max-width: 520px) {
    .group {
      grid-template-columns: 20px minmax(0, 1fr) 56px 76px;
    }
    .trend {
      display: none;
    }
  }
  @media (forced-colors: active) {
    .some {
      fill: CanvasText;
    }
    .none {
      fill: GrayText;
    }
    .group.cursor {
      outline: 1px solid Highlight;
    }
    .chip[aria-pressed='true'] {
      border-color: Highlight;
    }
  }
`
