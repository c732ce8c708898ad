import { css } from 'lit'

/** Looks of the search field and of what opens below it. */
export const searchFieldStyles = css`
  :host {
    position: relative;
    display: flex;
    min-width: 150px;
  }
  .field {
    position: relative;
    display: flex;
    flex: 1;
    min-width: 0;
  }
  .field > .icon {
    position: absolute;
    inset-inline-start: 7px;
    top: 6px;
    color: var(--w-placeholder);
    pointer-events: none;
    font-size: 14px;
  }
  input {
    flex: 1;
    height: 26px;
    padding-inline: 27px 50px;
    text-overflow: ellipsis;
  }
  input[aria-invalid='true'] {
    border-color: var(--w-warning-line);
  }
  input::-webkit-search-cancel-button {
    display: none;
  }
  .tools {
    position: absolute;
    inset-inline-end: 2px;
    top: 2px;
    display: flex;
  }
  .tools .tool {
    width: 22px;
    height: 22px;
  }
  .below {
    position: absolute;
    z-index: 3;
    inset-inline-start: 0;
    top: 28px;
    min-width: min(480px, 94vw);
    max-width: max(100%, 94vw);
    border: 1px solid var(--w-line);
    border-radius: 4px;
    background: var(--w-raised);
    color: var(--w-foreground);
    box-shadow: 0 2px 8px var(--w-shadow);
    overflow: hidden;
  }
  .below:not(:has(> :not([hidden]))) {
    display: none;
  }
  [role='listbox'] {
    margin: 0;
    padding: 3px;
    max-height: min(320px, 50vh);
    overflow: auto;
    list-style: none;
  }
  [role='option'] {
    display: flex;
    gap: 10px;
    padding: 3px 7px;
    border: 1px solid transparent;
    border-radius: 3px;
    cursor: pointer;
  }
  [role='option'] .label {
    flex: none;
    max-width: 60%;
    color: var(--w-strong);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: isolate;
  }
  [role='option'] .detail {
    flex: 1;
    color: var(--w-muted);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: end;
  }
  [role='option']:hover {
    background: var(--w-hover);
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  [role='option'][aria-selected='true'] {
    background: var(--w-selected);
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  [role='option'][aria-selected='true'] span {
    color: var(--w-selected-text);
  }
  .problem {
    padding: 5px 9px;
    border-inline-start: 3px solid var(--w-warning-line);
    background: var(--w-warning-back);
    overflow-wrap: anywhere;
  }
  /* Most half-written queries are complete a moment later. */
  .below:has(> .problem:not([hidden])) {
    animation: appear 0.15s 0.7s both;
  }
  .problem .place {
    display: block;
    color: var(--w-muted);
    white-space: pre-wrap;
  }
  mark {
    background: none;
    color: var(--w-strong);
    text-decoration: underline wavy var(--w-bad);
    text-underline-offset: 3px;
  }
  @keyframes appear {
    from {
      opacity: 0;
    }
  }
  @media (forced-colors: active) {
    [role='option'][aria-selected='true'] {
      background: Highlight;
      forced-color-adjust: none;
    }
    [role='option'][aria-selected='true'] span {
      color: HighlightText;
    }
  }
`
