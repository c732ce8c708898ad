import { css } from 'lit'

export const attemptStyles = css`
  :host {
    display: block;
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
    border: 1px solid var(--w-line);
    border-radius: 4px;
  }
  li + li {
    border-top: 1px solid var(--w-line);
  }
  p {
    margin: 4px 0;
  }
  .attempt {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 8px;
    width: 100%;
    min-height: 26px;
    padding: 3px 8px;
    border: 0;
    background: none;
    color: var(--w-foreground);
    text-align: start;
  }
  button.attempt:hover {
    background: var(--w-hover);
  }
  .attempt .icon {
    align-self: center;
  }
  .no-twist {
    flex: 0 0 14px;
  }
  .number {
    min-width: 2ch;
    color: var(--w-muted);
    text-align: end;
  }
  .state {
    color: var(--w-strong);
  }
  .when,
  .worker {
    color: var(--w-muted);
  }
  .worker {
    overflow-wrap: anywhere;
  }
  .error {
    flex: 1 0 100%;
    padding-inline-start: calc(22px + 2ch + 8px);
    color: var(--w-bad-text);
    overflow-wrap: anywhere;
  }
  .opened {
    padding: 0 8px 8px;
  }
  .exception {
    margin: 4px 0 8px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    color: var(--w-strong);
  }
`
