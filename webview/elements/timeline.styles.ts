import { css } from 'lit'

export const timelineStyles = css`
  ol,
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .share {
    display: flex;
    gap: 1px;
    height: 8px;
    border-radius: 4px;
    overflow: hidden;
    outline: 1px solid var(--vscode-contrastBorder, transparent);
  }
  .share > div {
    flex-basis: 2px;
    flex-shrink: 0;
    min-width: 2px;
  }
  .totals {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    margin: 5px 0 8px;
  }
  .totals .numbers {
    color: var(--w-strong);
  }
  .dot {
    display: inline-block;
    width: 8px;
    height: 8px;
    margin-inline-end: 6px;
    border-radius: 2px;
    outline: 1px solid var(--vscode-contrastBorder, transparent);
  }
  .queued {
    background: var(--w-dropped);
  }
  .held {
    background: var(--w-muted);
  }
  .ran {
    background: var(--w-running);
  }
  .again {
    background: var(--w-again);
  }
  .moment {
    position: relative;
    display: grid;
    grid-template-columns: 16px minmax(70px, max-content) max-content minmax(0, 1fr);
    gap: 0 8px;
    align-items: baseline;
    padding-block: 2px;
  }
  .moment .icon {
    align-self: center;
    background: var(--w-background);
    z-index: 1;
  }
  .moment:not(:last-child)::before {
    content: '';
    position: absolute;
    left: 7px;
    top: 12px;
    bottom: -12px;
    border-inline-start: 1px solid var(--w-muted);
    opacity: 0.4;
  }
  .state {
    overflow-wrap: anywhere;
  }
  .passed {
    text-align: end;
    color: var(--w-muted);
    overflow-wrap: anywhere;
  }
  .moment .skew {
    grid-column: 2 / -1;
  }
  .skew {
    margin: 2px 0 4px;
    color: var(--w-muted);
    font-style: italic;
  }
  .fold {
    margin-inline-start: 24px;
  }
  @media (forced-colors: active) {
    .share > div,
    .dot {
      forced-color-adjust: none;
    }
  }
`
