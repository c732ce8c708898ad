import { css } from 'lit'

/** What every element of the page shares: icons, buttons, fields, focus, and text that only a screen reader gets. */
export const shared = css`
  :host {
    box-sizing: border-box;
    font: inherit;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  .icon {
    font: 16px / 1 codicon;
    display: inline-block;
    flex: none;
    user-select: none;
    -webkit-font-smoothing: antialiased;
  }
  .icon.small {
    font-size: 14px;
  }
  .icon.spin {
    animation: spin 1.5s steps(30) infinite;
  }
  @keyframes spin {
    to {
      transform: rotate(360deg);
    }
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  .mono {
    font-family: var(--w-mono);
    font-size: var(--w-mono-size);
  }
  .muted {
    color: var(--w-muted);
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .tone-idle {
    color: var(--w-muted);
  }
  .tone-running,
  .tone-custom {
    color: var(--w-running);
  }
  .tone-good {
    color: var(--w-good);
  }
  .tone-bad {
    color: var(--w-bad);
  }
  .tone-again {
    color: var(--w-again);
  }
  .tone-dropped {
    color: var(--w-dropped);
  }
  button {
    font: inherit;
    color: inherit;
    margin: 0;
    cursor: pointer;
  }
  button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: default;
  }
  .button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 26px;
    padding: 2px 12px;
    border: 1px solid var(--w-second-border);
    border-radius: 4px;
    background: var(--w-second);
    color: var(--w-second-text);
    white-space: nowrap;
  }
  .button:hover:not([aria-disabled='true']) {
    background: var(--w-second-hover);
  }
  .button.main {
    border-color: var(--w-button-border);
    background: var(--w-button);
    color: var(--w-button-text);
  }
  .button.main:hover:not([aria-disabled='true']) {
    background: var(--w-button-hover);
  }
  .tool {
    display: inline-grid;
    place-items: center;
    width: 24px;
    height: 24px;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 4px;
    background: none;
    color: var(--w-foreground);
  }
  .tool:hover:not([aria-disabled='true']) {
    background: var(--w-hover);
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--w-link);
    text-align: start;
  }
  .link:hover {
    text-decoration: underline;
  }
  input,
  textarea,
  select {
    font: inherit;
    color: var(--w-input-text);
    background: var(--w-input);
    border: 1px solid var(--w-input-border);
    border-radius: 3px;
    padding: 3px 7px;
    min-width: 0;
  }
  input::placeholder,
  textarea::placeholder {
    color: var(--w-placeholder);
    opacity: 1;
  }
  :focus-visible {
    outline: 1px solid var(--w-focus);
    outline-offset: -1px;
  }
  .button:focus-visible,
  .link:focus-visible {
    outline-offset: 2px;
  }
  .badge {
    padding: 1px 7px;
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 10px;
    background: var(--w-badge);
    color: var(--w-badge-text);
    font-size: 0.85em;
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`
