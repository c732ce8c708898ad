import { css } from 'lit'

/** Looks of the two plain tables that a browser has instead of VS Code's trees. */
export const tableStyles = css`
  :host {
    display: block;
    overflow: auto;
    min-height: 0;
    padding: 0 12px 24px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  caption {
    padding: 14px 4px 6px;
    text-align: start;
    color: var(--w-strong);
    font-weight: 600;
  }
  caption .muted {
    font-weight: 400;
  }
  th,
  td {
    padding: 3px 12px 3px 4px;
    text-align: start;
    vertical-align: baseline;
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  th {
    position: sticky;
    top: 0;
    background: var(--w-background);
    color: var(--w-muted);
    font-weight: 400;
    font-size: 0.923em;
    white-space: nowrap;
    box-shadow: inset 0 -1px var(--w-line);
  }
  td {
    border-bottom: 1px solid color-mix(in srgb, var(--w-line) 45%, transparent);
  }
  td:first-child {
    color: var(--w-strong);
    min-width: 140px;
  }
  .end {
    text-align: end;
    white-space: nowrap;
  }
  tbody tr:hover {
    background: var(--w-hover);
  }
  .fold {
    margin: 8px 4px 0;
  }
  .limits {
    margin: 0 4px 6px;
    color: var(--w-muted);
  }
  .state {
    display: inline-flex;
    align-items: baseline;
    gap: 6px;
    white-space: nowrap;
  }
  .state .icon {
    font-size: 10px;
  }
  .attention {
    color: var(--w-bad-text);
    font-weight: 600;
  }
  .quiet {
    padding: 24px 4px;
    color: var(--w-muted);
  }
`
