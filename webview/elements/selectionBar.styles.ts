import { css } from 'lit'

/** Out of sight, yet there for a screen reader. */
const unseen = css`
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
`

/** Looks of the bar below the list. In little room its buttons are their icons. */
export const selectionBarStyles = css`
  :host {
    display: block;
    min-width: 0;
    border-top: 1px solid var(--w-line);
    background: var(--w-background);
    container: bar / inline-size;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 36px;
    padding: 4px 12px;
  }
  .count {
    color: var(--w-strong);
    font-weight: 600;
    white-space: nowrap;
  }
  .muted:empty {
    display: none;
  }
  .states {
    display: inline-flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    min-width: 0;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    white-space: nowrap;
  }
  .more {
    display: flex;
    flex-wrap: wrap;
    flex-basis: 100%;
    gap: 2px 12px;
  }
  .acts {
    display: inline-flex;
    align-items: center;
    gap: 4px 6px;
    margin-inline-start: auto;
  }
  .place {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .place select {
    width: 18ch;
    min-width: 0;
    height: 26px;
  }
  .reason {
    flex-basis: 100%;
    color: var(--w-muted);
  }
  @container bar (max-width: 1160px) {
    .state .label {
      ${unseen}
    }
  }
  @container bar (max-width: 800px) {
    .quiet .label,
    .place span {
      ${unseen}
    }
    .quiet {
      padding: 2px 6px;
    }
  }
  @container bar (max-width: 640px) {
    .reason {
      ${unseen}
    }
  }
  @container bar (max-width: 480px) {
    .acts .label {
      ${unseen}
    }
    .acts .button {
      padding: 2px 6px;
    }
    .place select {
      width: 12ch;
    }
  }
`
