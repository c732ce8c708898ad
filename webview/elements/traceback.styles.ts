import { css } from 'lit'

export const tracebackStyles = css`
  :host {
    display: block;
    border: 1px solid var(--w-line);
    border-radius: 4px;
    background: var(--w-code);
    overflow: hidden;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 3px 6px 3px 10px;
    border-bottom: 1px solid var(--w-line);
  }
  .modes {
    display: inline-flex;
    flex: none;
  }
  .mode {
    min-height: 24px;
    padding: 0 9px;
    border: 1px solid var(--w-line);
    background: none;
    color: var(--w-muted);
  }
  .mode:first-child {
    border-radius: 4px 0 0 4px;
  }
  .mode:last-child {
    margin-inline-start: -1px;
    border-radius: 0 4px 4px 0;
  }
  .mode[aria-pressed='true'] {
    background: var(--w-hover);
    border-color: var(--w-focus);
    color: var(--w-strong);
    z-index: 1;
  }
  .chain {
    flex: 1;
    min-width: 0;
  }
  .relation {
    margin: 6px 0;
    padding: 4px 10px;
    border-block: 1px dashed var(--w-line);
    color: var(--w-muted);
  }
  .parts {
    padding: 4px 0;
    overflow-x: auto;
  }
  pre {
    margin: 0;
    padding: 3px 10px;
    font-family: var(--w-mono);
    font-size: var(--w-mono-size);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .error {
    color: var(--w-bad-text);
  }
  .frame {
    display: block;
    width: 100%;
    padding: 3px 10px;
    border: 0;
    background: none;
    color: var(--w-foreground);
    text-align: start;
    font-family: var(--w-mono);
    font-size: var(--w-mono-size);
  }
  button.frame:hover {
    background: var(--w-hover);
  }
  button.frame:hover .where {
    text-decoration: underline;
  }
  .place {
    overflow-wrap: anywhere;
    color: var(--w-muted);
  }
  .where {
    color: var(--w-link);
  }
  div.frame .where {
    color: var(--w-foreground);
  }
  .in {
    color: var(--w-strong);
  }
  .code {
    display: block;
    padding-inline-start: 2ch;
    color: var(--w-strong);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .library {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 3px 10px;
    border: 0;
    background: none;
    color: var(--w-muted);
  }
  .library:hover {
    color: var(--w-strong);
  }
  .unfolded .place,
  .unfolded .where,
  .unfolded .in,
  .unfolded .code {
    opacity: 0.85;
  }
`
