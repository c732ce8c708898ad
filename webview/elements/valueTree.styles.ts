import { css } from 'lit'

export const valueTreeStyles = css`
  :host {
    display: block;
    max-height: 26em;
    overflow: auto;
    border: 1px solid var(--w-line);
    border-radius: 4px;
    background: var(--w-code);
    color: var(--w-strong);
    font-family: var(--w-mono);
    font-size: var(--w-mono-size);
  }
  [role='tree'] {
    padding: 3px 0;
  }
  .line {
    display: flex;
    align-items: baseline;
    gap: 6px;
    min-height: 22px;
    padding-inline-end: 4px;
    outline-offset: -1px;
  }
  .line[aria-expanded],
  .more {
    cursor: pointer;
  }
  .line:hover {
    background: var(--w-hover);
  }
  .twist {
    flex: 0 0 14px;
    align-self: flex-start;
    padding-top: 3px;
    color: var(--w-muted);
  }
  .key {
    flex: none;
    max-width: 45%;
    color: var(--w-muted);
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .key::after {
    content: ':';
  }
  .shown {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .value {
    unicode-bidi: isolate;
    white-space: pre-wrap;
  }
  .text .value:not(.whole)::before,
  .text .value:not(.whole)::after {
    content: '\\'';
    color: var(--w-muted);
  }
  .preview,
  .size {
    color: var(--w-muted);
  }
  .preview {
    unicode-bidi: isolate;
  }
  .size {
    margin-inline-start: 4px;
    font-family: var(--w-font, inherit);
    font-style: italic;
  }
  .cut {
    flex: none;
    padding: 0 6px;
    border: 1px solid var(--w-again);
    border-radius: 8px;
    color: var(--w-foreground);
  }
  .copy {
    flex: none;
    align-self: flex-start;
    opacity: 0;
  }
  .line:hover .copy,
  .line:focus-within .copy,
  .copy:focus {
    opacity: 1;
  }
  .more .link {
    color: var(--w-link);
  }
`
